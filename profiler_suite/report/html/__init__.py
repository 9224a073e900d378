"""The page: views, templates and how they are filled."""
