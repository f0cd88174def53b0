#!/usr/bin/env python3
"""Times training steps of OSNet in PyTorch eager, as a peer of `lab bench learner`.

The network is written from the paper (Zhou et al., ICCV 2019) with the names that Passerby's backbones have, the step is
forward, cross-entropy with smoothing 0.1 over 64 identities, backward, SGD with Nesterov momentum 0.9.

  osnet_torch.py --backbone osnet_x0_25 --size 64x32 --batch 16 --steps 20
  osnet_torch.py --serve        first line in: {"steps": 5}; out: {"milliseconds": [...], "losses": [...]}; and so on

Every answer is one line of JSON. The first describes the network.
"""
import argparse
import json
import statistics
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

CLASSES = 64
BATCHES = 4


class ConvLayer(nn.Module):
    """Convolution, batch norm and, unless linear, ReLU."""

    def __init__(self, inputs, outputs, kernel=1, stride=1, linear=False):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, (kernel - 1) // 2, bias=False)
        self.bn = nn.BatchNorm2d(outputs)
        self.relu = nn.Identity() if linear else nn.ReLU(inplace=True)

    def forward(self, x):
        return self.relu(self.bn(self.conv(x)))


class LightConv(nn.Module):
    """Pointwise, then depthwise 3×3, batch norm, ReLU."""

    def __init__(self, channels):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 1, bias=False)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False, groups=channels)
        self.bn = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x):
        return self.relu(self.bn(self.conv2(self.conv1(x))))


class ChannelGate(nn.Module):
    """Each channel times a factor computed from all channels' means."""

    def __init__(self, channels):
        super().__init__()
        hidden = max(1, channels // 16)
        self.fc1 = nn.Conv2d(channels, hidden, 1)
        self.fc2 = nn.Conv2d(hidden, channels, 1)

    def forward(self, x):
        means = F.adaptive_avg_pool2d(x, 1)
        return x * torch.sigmoid(self.fc2(F.relu(self.fc1(means))))


class OmniScaleBlock(nn.Module):
    """Residual block of streams with growing receptive fields, mixed by one gate that all of them share."""

    def __init__(self, inputs, outputs, middle, streams=4):
        super().__init__()
        self.conv1 = ConvLayer(inputs, middle)
        self.letters = 'abcd'[:streams]
        for length, letter in enumerate(self.letters, 1):
            convs = [LightConv(middle) for _ in range(length)]
            setattr(self, 'conv2' + letter, convs[0] if length == 1 else nn.Sequential(*convs))
        self.gate = ChannelGate(middle)
        self.conv3 = ConvLayer(middle, outputs, linear=True)
        self.downsample = None if inputs == outputs else ConvLayer(inputs, outputs, linear=True)

    def forward(self, x):
        reduced = self.conv1(x)
        mixed = sum(self.gate(getattr(self, 'conv2' + letter)(reduced)) for letter in self.letters)
        shortcut = x if self.downsample is None else self.downsample(x)
        return F.relu(self.conv3(mixed) + shortcut)


class Network(nn.Module):
    """Embeddings of images; its identity head is `classifier`."""

    def __init__(self, stages, channels, embedding):
        super().__init__()
        self.stages = stages
        for name, stage in stages.items():
            setattr(self, name, stage)
        self.fc = nn.Sequential(nn.Linear(channels, embedding), nn.BatchNorm1d(embedding), nn.ReLU(inplace=True))
        self.classifier = nn.Linear(embedding, CLASSES)

    def forward(self, x):
        for stage in self.stages.values():
            x = stage(x)
        return self.classifier(self.fc(x.mean((2, 3))))


def pool():
    return nn.MaxPool2d(3, 2, 1)


def transition(channels):
    return nn.Sequential(ConvLayer(channels, channels), nn.AvgPool2d(2, 2))


def osnet(multiplier, embedding):
    stem, one, two, three = (int(channels * multiplier) for channels in (64, 256, 384, 512))

    def stage(inputs, outputs, last=False):
        blocks = [OmniScaleBlock(inputs, outputs, outputs // 4), OmniScaleBlock(outputs, outputs, outputs // 4)]
        return nn.Sequential(*blocks, *([] if last else [transition(outputs)]))

    stages = {
        'conv1': ConvLayer(3, stem, 7, 2),
        'maxpool': pool(),
        'conv2': stage(stem, one),
        'conv3': stage(one, two),
        'conv4': stage(two, three, last=True),
        'conv5': ConvLayer(three, three),
    }
    return Network(stages, three, embedding)


def tiny(embedding):
    block = OmniScaleBlock(8, 16, 8, streams=2)
    stages = {'conv1': ConvLayer(3, 8, 3, 2), 'maxpool': pool(), 'conv2': nn.Sequential(block, transition(16))}
    return Network(stages, 16, embedding)


def network_of(name, embedding):
    if name == 'tiny':
        return tiny(embedding)
    return osnet(float(name.removeprefix('osnet_x').replace('_', '.')), embedding)


def load_values(network, file):
    """Sets what `file` has: a line of JSON with names and shapes (TensorFlow's layouts), then the float32 values."""
    with open(file, 'rb') as values:
        entries = json.loads(values.readline())
        flat = torch.frombuffer(bytearray(values.read()), dtype=torch.float32)
    state = network.state_dict()
    offset = 0
    for entry in entries:
        count = int(torch.tensor(entry['shape']).prod())
        value = flat[offset:offset + count].reshape(entry['shape'])
        offset += count
        if value.dim() == 4:  # HWIO to OIHW; a depthwise filter is [kernel, kernel, channels, 1].
            depthwise = value.shape[3] == 1 and state[entry['name']].shape[1] == 1
            value = value.permute(2, 3, 0, 1) if depthwise else value.permute(3, 2, 0, 1)
        elif value.dim() == 2:
            value = value.t()
        state[entry['name']].copy_(value.reshape(state[entry['name']].shape))


class Training:
    def __init__(self, options):
        self.device = torch.device(options.device)
        torch.manual_seed(1)
        network = network_of(options.backbone, options.embedding)
        if options.values:
            load_values(network, options.values)
        self.network = network.to(self.device).train()
        height, width = (int(side) for side in options.size.split('x'))
        if options.images:
            with open(options.images, 'rb') as file:
                images = torch.frombuffer(bytearray(file.read()), dtype=torch.float32)
            images = images.reshape(BATCHES, options.batch, height, width, 3).permute(0, 1, 4, 2, 3).contiguous()
        else:
            images = torch.randn(BATCHES, options.batch, 3, height, width)
        if options.channels_last:
            self.network = self.network.to(memory_format=torch.channels_last)
            images = [batch.contiguous(memory_format=torch.channels_last) for batch in images]
        self.images = list(images)
        self.labels = list((torch.arange(BATCHES * options.batch) % CLASSES).reshape(BATCHES, options.batch))
        named = list(self.network.named_parameters())
        groups = [
            {'params': [value for name, value in named if not name.startswith('classifier')], 'lr': options.rate},
            {'params': [value for name, value in named if name.startswith('classifier')], 'lr': options.head_rate},
        ]
        self.optimiser = torch.optim.SGD(groups, lr=options.rate, momentum=0.9, nesterov=True)
        self.taken = 0

    def step(self):
        """One step; its loss, read back."""
        batch = self.taken % BATCHES
        self.taken += 1
        logits = self.network(self.images[batch].to(self.device))
        loss = F.cross_entropy(logits, self.labels[batch].to(self.device), label_smoothing=0.1)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self.optimiser.step()
        value = loss.item()
        if self.device.type == 'cuda':
            torch.cuda.synchronize()
        return value

    def steps(self, count):
        milliseconds, losses = [], []
        for _ in range(count):
            started = time.perf_counter()
            losses.append(self.step())
            milliseconds.append(1000 * (time.perf_counter() - started))
        return {'milliseconds': milliseconds, 'losses': losses}

    def description(self):
        backbone = [value for name, value in self.network.named_parameters() if not name.startswith('classifier')]
        name = torch.cuda.get_device_name() if self.device.type == 'cuda' else 'cpu'
        return {
            'torch': torch.__version__,
            'device': name,
            'threads': torch.get_num_threads(),
            'weights': sum(value.numel() for value in backbone),
        }


def say(answer):
    print(json.dumps(answer), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--backbone', default='osnet_x0_25', help='tiny, osnet_x0_25, osnet_x0_5, osnet_x0_75, osnet_x1_0')
    parser.add_argument('--embedding', type=int, default=512)
    parser.add_argument('--size', default='64x32', help='height x width')
    parser.add_argument('--batch', type=int, default=16)
    parser.add_argument('--steps', type=int, default=20, help='timed steps, after three that are not')
    parser.add_argument('--rate', type=float, default=3e-4)
    parser.add_argument('--head-rate', type=float, default=3e-4)
    parser.add_argument('--threads', type=int, default=1)
    parser.add_argument('--device', default='cpu', help='cpu or cuda')
    parser.add_argument('--channels-last', action='store_true', help="maps in PyTorch's other memory format")
    parser.add_argument('--values', help='first values of the network')
    parser.add_argument('--images', help='the four batches')
    parser.add_argument('--serve', action='store_true', help='take steps as standard input asks for them')
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    training = Training(options)
    say(training.description())
    if options.serve:
        for line in sys.stdin:
            say(training.steps(json.loads(line)['steps']))
        return
    training.steps(3)
    median = statistics.median(training.steps(options.steps)['milliseconds'])
    say({'stepMs': median, 'imagesPerSecond': 1000 * options.batch / median})


if __name__ == '__main__':
    main()
