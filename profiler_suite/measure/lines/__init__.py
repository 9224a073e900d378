"""Line profiles."""
