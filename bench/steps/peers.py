"""The steps of steps.cpp and optimisers.cpp in Python: peers.py eager|compile|jax|single|foreach THREADS prints
"name<TAB>microseconds" for each."""
import os
import sys
import time


def timed(name, seconds, step, wait=lambda: None):
    """The shortest of many repetitions; wait() returns when what step() began is done."""
    start, best = time.perf_counter(), float("inf")
    for _ in range(4):
        begin = time.perf_counter()
        step()
        wait()
        best = min(best, time.perf_counter() - begin)
    count = 1 + int(0.02 / best)
    start = time.perf_counter()  # compiling does not count
    while time.perf_counter() - start < seconds:
        begin = time.perf_counter()
        for _ in range(count):
            step()
        wait()
        best = min(best, (time.perf_counter() - begin) / count)
    print(f"{name}\t{best * 1e6:.2f}", flush=True)


def with_torch(threads, compiled):
    import torch
    from torch import nn
    from torch.nn import functional as F

    torch.set_num_threads(threads)
    torch.manual_seed(0)

    def train(name, seconds, net, make_optimizer, loss_of, clip=False):
        optimizer = make_optimizer(net.parameters())
        loss, update = (lambda: loss_of(net)), optimizer.step
        if compiled:
            loss, update = torch.compile(loss), torch.compile(update)

        def step():
            optimizer.zero_grad()
            loss().backward()
            if clip:
                nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            update()

        timed(name, seconds, step)
        torch._dynamo.reset()

    def adam(p):
        return torch.optim.Adam(p, 1e-3)

    def adamw(p):
        return torch.optim.AdamW(p, 1e-3)

    def exclusive_or():
        return nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1))

    def digits():
        return nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 10))

    def class_loss(x, classes):
        y = torch.randint(classes, (len(x),))
        return lambda net: F.cross_entropy(net(x), y)

    def square_loss(x, y):
        return lambda net: F.mse_loss(net(x), y)

    small = square_loss(torch.randn(4, 2), torch.randn(4, 1))
    train("xor, SGD", 1, exclusive_or(), lambda p: torch.optim.SGD(p, 0.1), small)
    train("xor, Adam", 1, exclusive_or(), adam, small)
    regularised = nn.Sequential(nn.Linear(20, 128), nn.BatchNorm1d(128), nn.GELU(), nn.Dropout(0.3),
                                nn.Linear(128, 64), nn.BatchNorm1d(64), nn.GELU(), nn.Dropout(0.3), nn.Linear(64, 5))
    train("regularised MLP, AdamW, clipped", 1, regularised, adamw, class_loss(torch.randn(64, 20), 5), clip=True)
    picture = class_loss(torch.randn(64, 784), 10)
    train("MLP 784-256-128-10 by 64, SGD", 1, digits(), lambda p: torch.optim.SGD(p, 0.01, momentum=0.9), picture)
    train("MLP 784-256-128-10 by 64, Adam", 1, digits(), adam, picture)
    train("MLP 1024-4096-1024 by 256, AdamW", 4, nn.Sequential(nn.Linear(1024, 4096), nn.GELU(), nn.Linear(4096, 1024)),
          adamw, square_loss(torch.randn(256, 1024), torch.randn(256, 1024)))
    cnn = nn.Sequential(nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3, padding=1),
                        nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(3136, 128), nn.ReLU(), nn.Linear(128, 10))
    train("CNN 28x28 by 64, Adam", 3, cnn, adam, class_loss(torch.randn(64, 1, 28, 28), 10))
    sequence = torch.randn(32, 32, 64)

    def output_square(net):
        return net(sequence)[0].square().mean()

    train("LSTM 64-128 by 32, 32 steps, AdamW", 2, nn.LSTM(64, 128, batch_first=True), adamw, output_square)
    train("GRU 64-128 by 32, 32 steps, AdamW", 2, nn.GRU(64, 128, batch_first=True), adamw, output_square)
    long = torch.randn(64, 16, 128)
    train("encoder layer 128, 64 by 16, AdamW", 2, nn.TransformerEncoderLayer(128, 4, 512, 0.0, "gelu"), adamw,
          lambda net: net(long).square().mean())

    class Characters(nn.Module):
        def __init__(self):
            super().__init__()
            self.token, self.place = nn.Embedding(65, 128), nn.Embedding(64, 128)
            self.blocks = nn.TransformerEncoder(nn.TransformerEncoderLayer(128, 4, 512, 0.0, "gelu"), 4)
            self.head = nn.Linear(128, 65)
            self.places, self.mask = torch.arange(64), torch.full((64, 64), float("-inf")).triu(1)

        def forward(self, x):
            return self.head(self.blocks(self.token(x) + self.place(self.places)[:, None], self.mask))

    text, following = torch.randint(65, (64, 12)), torch.randint(65, (64 * 12,))
    train("character transformer, AdamW", 3, Characters(), adamw,
          lambda net: F.cross_entropy(net(text).flatten(0, 1), following))


def with_jax(threads):
    flags = [f"--xla_cpu_multi_thread_eigen={'true' if threads > 1 else 'false'}",
             f"intra_op_parallelism_threads={threads}", os.environ.get("XLA_FLAGS", "")]
    os.environ["XLA_FLAGS"] = " ".join(flags).rstrip()  # read as a file's name unless it begins with a dash
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    import jax
    from jax import lax, nn
    from jax import numpy as jnp
    from jax.tree_util import tree_leaves, tree_map

    key = jax.random.PRNGKey(0)

    def normal(*shape):
        return jax.random.normal(key, shape)

    def sgd(lr, momentum):
        def update(p, g, s, _):
            s = tree_map(lambda a, b: momentum * a + b, s, g)
            return tree_map(lambda a, b: a - lr * b, p, s), s

        return (lambda p: tree_map(jnp.zeros_like, p)), update

    def adam(decay=0.0, lr=1e-3):
        def update(p, g, s, t):
            m = tree_map(lambda a, b: 0.9 * a + 0.1 * b, s[0], g)
            v = tree_map(lambda a, b: 0.999 * a + 0.001 * b * b, s[1], g)
            first, second = 1 - 0.9 ** t, 1 - 0.999 ** t

            def moved(w, a, b):
                return w * (1 - lr * decay) - lr * (a / first) / (jnp.sqrt(b / second) + 1e-8)

            return tree_map(moved, p, m, v), (m, v)

        return (lambda p: (tree_map(jnp.zeros_like, p), tree_map(jnp.zeros_like, p))), update

    def train(name, seconds, p, optimizer, loss, clip=False):
        init, update = optimizer

        def step(p, state, t, key):
            g = jax.grad(loss)(p, key)
            if clip:
                size = jnp.sqrt(sum(jnp.sum(a * a) for a in tree_leaves(g)))
                g = tree_map(lambda a: a * jnp.minimum(1.0, 1.0 / (size + 1e-6)), g)
            p, state = update(p, g, state, t)
            return p, state, t + 1, jax.random.split(key)[0]

        compiled, now = jax.jit(step, donate_argnums=(0, 1)), [p, init(p), jnp.float32(1), key]

        def advance():
            now[:] = compiled(*now)

        timed(name, seconds, advance, lambda: jax.block_until_ready(now))

    def linear(i, o):
        return normal(i, o) / i ** 0.5, jnp.zeros(o)

    def apply(layer, x):
        return x @ layer[0] + layer[1]

    def relus(layers, x):
        for layer in layers[:-1]:
            x = nn.relu(apply(layer, x))
        return apply(layers[-1], x)

    def class_loss(z, y):
        return -jnp.mean(jnp.take_along_axis(nn.log_softmax(z), y[:, None], 1))

    def gelu(x):
        return nn.gelu(x, approximate=False)

    x, y = normal(4, 2), normal(4, 1)

    def small(p, _):
        return jnp.mean((apply(p[1], jnp.tanh(apply(p[0], x))) - y) ** 2)

    train("xor, SGD", 1, [linear(2, 8), linear(8, 1)], sgd(0.1, 0.0), small)
    train("xor, Adam", 1, [linear(2, 8), linear(8, 1)], adam(), small)

    rows, kinds = normal(64, 20), jax.random.randint(key, (64,), 0, 5)

    def batch_norm(x, weight, bias):
        return (x - x.mean(0)) / jnp.sqrt(x.var(0) + 1e-5) * weight + bias

    def dropout(x, key):
        return jnp.where(jax.random.bernoulli(key, 0.7, x.shape), x / 0.7, 0)

    def regularised(p, key):
        first, second = jax.random.split(key)
        h = dropout(gelu(batch_norm(apply(p[0], rows), *p[1])), first)
        return class_loss(apply(p[4], dropout(gelu(batch_norm(apply(p[2], h), *p[3])), second)), kinds)

    def ones(n):
        return jnp.ones(n), jnp.zeros(n)

    train("regularised MLP, AdamW, clipped", 1, [linear(20, 128), ones(128), linear(128, 64), ones(64), linear(64, 5)],
          adam(0.01), regularised, clip=True)

    flat, labels = normal(64, 784), jax.random.randint(key, (64,), 0, 10)

    def digits():
        return [linear(784, 256), linear(256, 128), linear(128, 10)]

    def picture(p, _):
        return class_loss(relus(p, flat), labels)

    train("MLP 784-256-128-10 by 64, SGD", 1, digits(), sgd(0.01, 0.9), picture)
    train("MLP 784-256-128-10 by 64, Adam", 1, digits(), adam(), picture)

    wide, target = normal(256, 1024), normal(256, 1024)
    train("MLP 1024-4096-1024 by 256, AdamW", 4, [linear(1024, 4096), linear(4096, 1024)], adam(0.01),
          lambda p, _: jnp.mean((apply(p[1], gelu(apply(p[0], wide))) - target) ** 2))

    images = normal(64, 28, 28, 1)

    def conv(x, weight, bias):
        return lax.conv_general_dilated(x, weight, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")) + bias

    def pool(x):
        return lax.reduce_window(x, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")

    def cnn(p, _):
        h = pool(nn.relu(conv(images, *p[0])))
        return class_loss(relus(p[2:], pool(nn.relu(conv(h, *p[1]))).reshape(64, -1)), labels)

    train("CNN 28x28 by 64, Adam", 3, [(normal(3, 3, 1, 32) / 3, jnp.zeros(32)),
                                       (normal(3, 3, 32, 64) / 17, jnp.zeros(64)), linear(3136, 128), linear(128, 10)],
          adam(), cnn)

    sequence = normal(32, 32, 64)

    def recurrent(cell, states):
        def loss(p, _):
            inputs = jnp.swapaxes(apply(p[0], sequence), 0, 1)
            _, outputs = lax.scan(lambda state, x: cell(state, x, apply(p[1], state[0])),
                                  (jnp.zeros((32, 128)),) * states, inputs)
            return jnp.mean(outputs ** 2)
        return loss

    def lstm_cell(state, x, h):
        i, f, g, o = jnp.split(x + h, 4, 1)
        c = nn.sigmoid(f) * state[1] + nn.sigmoid(i) * jnp.tanh(g)
        h = nn.sigmoid(o) * jnp.tanh(c)
        return (h, c), h

    def gru_cell(state, x, h):
        (xr, xz, xn), (hr, hz, hn) = jnp.split(x, 3, 1), jnp.split(h, 3, 1)
        z = nn.sigmoid(xz + hz)
        h = (1 - z) * jnp.tanh(xn + nn.sigmoid(xr + hr) * hn) + z * state[0]
        return (h,), h

    train("LSTM 64-128 by 32, 32 steps, AdamW", 2, [linear(64, 512), linear(128, 512)], adam(0.01),
          recurrent(lstm_cell, 2))
    train("GRU 64-128 by 32, 32 steps, AdamW", 2, [linear(64, 384), linear(128, 384)], adam(0.01),
          recurrent(gru_cell, 1))

    def layer_norm(x, weight, bias):
        return (x - x.mean(-1, keepdims=True)) / jnp.sqrt(x.var(-1, keepdims=True) + 1e-5) * weight + bias

    def encoder_layer(p, x, mask):
        q, k, v = jnp.split(apply(p[0], x).reshape(*x.shape[:2], 12, 32), 3, 2)
        weights = nn.softmax(jnp.einsum("tbhd,sbhd->bhts", q, k) / 32 ** 0.5 + mask)
        x = layer_norm(x + apply(p[1], jnp.einsum("bhts,sbhd->tbhd", weights, v).reshape(x.shape)), *p[2])
        return layer_norm(x + apply(p[4], gelu(apply(p[3], x))), *p[5])

    def encoder():
        return [linear(128, 384), linear(128, 128), ones(128), linear(128, 512), linear(512, 128), ones(128)]

    long = normal(64, 16, 128)
    train("encoder layer 128, 64 by 16, AdamW", 2, encoder(), adam(0.01),
          lambda p, _: jnp.mean(encoder_layer(p, long, 0.0) ** 2))

    text, following = jax.random.randint(key, (64, 12), 0, 65), jax.random.randint(key, (64 * 12,), 0, 65)
    causal = jnp.triu(jnp.full((64, 64), -jnp.inf), 1)

    def characters(p, _):
        x = p[0][text] + p[1][:, None]
        for layer in p[2]:
            x = encoder_layer(layer, x, causal)
        return class_loss(apply(p[3], x).reshape(-1, 65), following)

    train("character transformer, AdamW", 3,
          [normal(65, 128), normal(64, 128), [encoder() for _ in range(4)], linear(128, 65)], adam(0.01), characters)


def optimisers(threads, foreach):
    """Steps of the optimisers that PyTorch has in Python alone; foreach: by its functions for lists of tensors."""
    import torch

    torch.set_num_threads(threads)
    torch.manual_seed(0)

    def steps(name, small=(1000,), large=(2100, 1000)):
        for shape, count, sizes in (("200 small", 200, small), ("4 large", 4, large)):
            parameters = [torch.randn(sizes).requires_grad_() for _ in range(count)]
            for p in parameters:
                p.grad = torch.randn(sizes)
            make = getattr(torch.optim, name)
            timed(f"{name}, {shape}", 1, (make(parameters) if name == "Muon" else make(parameters, foreach=foreach)).step)

    steps("Adadelta")
    steps("Adafactor", (25, 40))
    steps("Adamax")
    steps("ASGD")
    steps("Muon", (25, 40), (525, 400))
    steps("NAdam")
    steps("RAdam")
    steps("Rprop")


if __name__ == "__main__":
    engine, threads = sys.argv[1], int(sys.argv[2])
    os.environ["OMP_NUM_THREADS"] = str(threads)
    if engine == "jax":
        with_jax(threads)
    elif engine in ("single", "foreach"):
        optimisers(threads, engine == "foreach")
    else:
        with_torch(threads, engine == "compile")
