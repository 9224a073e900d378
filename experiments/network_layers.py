"""How far from the machine's limits are the convolution layers of well-known networks?"""

from profiler_suite.model.experiment import Experiment, Problem
from profiler_suite.workloads import convolution, depthwise


def layer(
    name: str,
    size: int,
    channels: int,
    filters: int,
    filter_size: int,
    stride: int = 1,
    across: int = 0,
) -> Problem:
    """One layer on a square input whose padding is already counted in `size`.

    Filters that are `across` wide and not square have padding that keeps the map square.
    """
    wide = across or filter_size
    return convolution.problem(
        height=size + (filter_size - 1) * bool(across),
        width=size + (wide - 1) * bool(across),
        channels=channels,
        filters=filters,
        filter_height=filter_size,
        filter_width=wide,
        stride=stride,
        dtype="float32",
        name=name,
    )


def of_each_channel(
    name: str, size: int, channels: int, filter_size: int, stride: int = 1
) -> Problem:
    """A depthwise layer on a square input whose padding is already counted in `size`."""
    return depthwise.problem(
        height=size,
        width=size,
        channels=channels,
        filter_height=filter_size,
        filter_width=filter_size,
        stride=stride,
        dtype="float32",
        name=name,
    )


# The paper's 224 pixels do not give its 55 positions; 227 do. The two groups
# that shared two graphics cards are computed as one.
ALEXNET = (
    layer("AlexNet conv1", 227, 3, 96, 11, 4),
    layer("AlexNet conv2", 31, 96, 256, 5),
    layer("AlexNet conv3", 15, 256, 384, 3),
    layer("AlexNet conv4", 15, 384, 384, 3),
    layer("AlexNet conv5", 15, 384, 256, 3),
)

# conv3_3, conv4_3 and all of conv5 repeat a shape.
VGG16 = (
    layer("VGG-16 conv1_1", 226, 3, 64, 3),
    layer("VGG-16 conv1_2", 226, 64, 64, 3),
    layer("VGG-16 conv2_1", 114, 64, 128, 3),
    layer("VGG-16 conv2_2", 114, 128, 128, 3),
    layer("VGG-16 conv3_1", 58, 128, 256, 3),
    layer("VGG-16 conv3_2", 58, 256, 256, 3),
    layer("VGG-16 conv4_1", 30, 256, 512, 3),
    layer("VGG-16 conv4_2", 30, 512, 512, 3),
    layer("VGG-16 conv5_1", 16, 512, 512, 3),
)

# As in the paper, the stride of 2 between stages is in the first 1×1 layer.
# a, b, c: the three layers of a block; 'shortcut': the projection beside them.
RESNET50 = (
    layer("ResNet-50 conv1", 230, 3, 64, 7, 2),
    layer("ResNet-50 conv2_1a", 56, 64, 64, 1),
    layer("ResNet-50 conv2_1b", 58, 64, 64, 3),
    layer("ResNet-50 conv2_1c", 56, 64, 256, 1),  # the shortcut of conv2_1 as well
    layer("ResNet-50 conv2_2a", 56, 256, 64, 1),
    layer("ResNet-50 conv3_1a", 56, 256, 128, 1, 2),
    layer("ResNet-50 conv3_1b", 30, 128, 128, 3),
    layer("ResNet-50 conv3_1c", 28, 128, 512, 1),
    layer("ResNet-50 conv3_1 shortcut", 56, 256, 512, 1, 2),
    layer("ResNet-50 conv3_2a", 28, 512, 128, 1),
    layer("ResNet-50 conv4_1a", 28, 512, 256, 1, 2),
    layer("ResNet-50 conv4_1b", 16, 256, 256, 3),
    layer("ResNet-50 conv4_1c", 14, 256, 1024, 1),
    layer("ResNet-50 conv4_1 shortcut", 28, 512, 1024, 1, 2),
    layer("ResNet-50 conv4_2a", 14, 1024, 256, 1),
    layer("ResNet-50 conv5_1a", 14, 1024, 512, 1, 2),
    layer("ResNet-50 conv5_1b", 9, 512, 512, 3),
    layer("ResNet-50 conv5_1c", 7, 512, 2048, 1),
    layer("ResNet-50 conv5_1 shortcut", 14, 1024, 2048, 1, 2),
    layer("ResNet-50 conv5_2a", 7, 2048, 512, 1),
)

# A convolution of each channel by itself comes before each 1×1 layer.
MOBILENET = (
    of_each_channel("MobileNet conv2 depthwise", 114, 32, 3),
    of_each_channel("MobileNet conv3 depthwise", 113, 64, 3, 2),
    of_each_channel("MobileNet conv8 depthwise", 16, 512, 3),
    layer("MobileNet conv2 pointwise", 112, 32, 64, 1),
)

# B0; of the seven stages one layer of each kind that the other networks have not.
EFFICIENTNET = (
    layer("EfficientNet-B0 stem", 225, 3, 32, 3, 2),
    layer("EfficientNet-B0 stage 3 expansion", 112, 16, 96, 1),
    of_each_channel("EfficientNet-B0 stage 4 depthwise", 32, 240, 5),
    layer("EfficientNet-B0 head", 7, 320, 1280, 1),
)

# Version 3: 7×7 filters taken apart, on maps of 17×17.
INCEPTION = (
    layer("Inception-v3 1×7", 17, 192, 192, 1, across=7),
    layer("Inception-v3 7×1", 17, 192, 192, 7, across=1),
)

# Its first layer and its last: with another on maps as large, a sweep takes a tenth longer.
UNET = (
    layer("U-Net conv1_1", 572, 1, 64, 3),
    layer("U-Net conv10", 388, 64, 2, 1),
)

experiment = Experiment(
    name="network_layers",
    question="How close to the peak are real layers, and do fewer FLOP win?",
    axis="name",
    problems=(*ALEXNET, *VGG16, *RESNET50, *MOBILENET, *EFFICIENTNET, *INCEPTION, *UNET),
    quick_problems=(ALEXNET[2], VGG16[8], RESNET50[2], MOBILENET[2]),
    implementations=(
        "im2col_kept",
        "winograd",
        "winograd_kept",
        "winograd_2x2_kept",
        "winograd_6x6_kept",
        "best",
        "depthwise_taps",
        "depthwise_kept",
        # The line to beat, where it is installed; compiled loops are far from it here.
        *convolution.peer.names(compiled_loops=False),
    ),
    dtypes=("float32",),
    sources=(
        "AlexNet: Krizhevsky, Sutskever and Hinton (2012), ImageNet Classification with Deep "
        "Convolutional Neural Networks",
        "VGG-16: Simonyan and Zisserman (2015), Very Deep Convolutional Networks for "
        "Large-Scale Image Recognition, configuration D",
        "ResNet-50: He, Zhang, Ren and Sun (2016), Deep Residual Learning for Image "
        "Recognition",
        "MobileNet: Howard et al. (2017), MobileNets: Efficient Convolutional Neural Networks "
        "for Mobile Vision Applications",
        "EfficientNet-B0: Tan and Le (2019), EfficientNet: Rethinking Model Scaling for "
        "Convolutional Neural Networks",
        "Inception-v3: Szegedy, Vanhoucke, Ioffe, Shlens and Wojna (2016), Rethinking the "
        "Inception Architecture for Computer Vision",
        "U-Net: Ronneberger, Fischer and Brox (2015), U-Net: Convolutional Networks for "
        "Biomedical Image Segmentation",
        "Winograd: Lavin and Gray (2016), Fast Algorithms for Convolutional Neural Networks",
    ),
)

if __name__ == "__main__":
    from profiler_suite.cli import run_file

    run_file(__file__)
