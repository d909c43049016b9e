"""PyTorch's column of the table in docs/gpu.md: python3 docs/python/gpu_peers.py, on a machine with CUDA.

The sizes are those of DeviceBench and DeviceStepBench. Each operation is timed waited for, the median, and queued, the mean.
"""
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.backends.cuda.matmul.allow_tf32 = False
random = lambda *shape: torch.randn(*shape, device="cuda")


def measure(name, run, rounds=200, flop=0, moved=0):
    for _ in range(20):
        run()
    torch.cuda.synchronize()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        run()
        torch.cuda.synchronize()
        times.append(time.perf_counter() - start)
    waited = sorted(times)[rounds // 2]
    start = time.perf_counter()
    for _ in range(rounds):
        run()
    torch.cuda.synchronize()
    queued = (time.perf_counter() - start) / rounds
    rate = f"{flop / queued / 1e12:8.1f} TFLOP/s" if flop else f"{moved / queued / 1e9:8.0f} GB/s" if moved else ""
    print(f"{name:44s} waited {waited * 1e6:9.1f} us  queued {queued * 1e6:9.1f} us {rate}", flush=True)


def operations():
    one = random(1)
    measure("launch", lambda: torch.mul(one, 1.0, out=one))
    large, other = random(1 << 24), random(1 << 24)
    measure("copy, 67 MB", lambda: other.copy_(large), moved=2 * 4 * (1 << 24))
    for kind in (torch.float32, torch.bfloat16):
        x, w = random(1024, 384).to(kind), random(1536, 384).to(kind)
        measure(f"product 1024 x 1536 x 384, {kind}", lambda: x @ w.t(), flop=2 * 1024 * 1536 * 384)
        for n in (512, 1024, 4096, 8192):
            a, out = random(n, n).to(kind), random(n, n).to(kind)
            measure(f"product {n} x {n} x {n}, {kind}", lambda: torch.mm(a, a, out=out), 50, flop=2 * n**3)
    x, y, bias, wide = random(1024, 384), random(1024, 384), random(384), random(1024, 1536)
    measure("layer norm", lambda: F.layer_norm(x, (384,), bias, bias))
    measure("GELU", lambda: F.gelu(wide, approximate="tanh"))
    measure("residual add", lambda: torch.add(x, y, out=y))
    q, k, v = random(4, 256, 3, 6, 64).permute(2, 0, 3, 1, 4)
    measure("causal attention", lambda: F.scaled_dot_product_attention(q, k, v, is_causal=True))


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.first, self.second = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.wider, self.narrower = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        batch, tokens, width = x.shape
        parts = self.qkv(self.first(x)).view(batch, tokens, 3, self.heads, width // self.heads)
        q, k, v = parts.permute(2, 0, 3, 1, 4)
        seen = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(seen.transpose(1, 2).reshape(batch, tokens, width))
        return x + self.narrower(F.gelu(self.wider(self.second(x)), approximate="tanh"))


class Gpt(nn.Module):
    def __init__(self, layers, heads, width, vocabulary, positions, tied):
        super().__init__()
        self.tokens, self.places = nn.Embedding(vocabulary, width), nn.Embedding(positions, width)
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(layers))
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, vocabulary, bias=False)
        if tied:
            self.head.weight = self.tokens.weight

    def forward(self, tokens):
        x = self.tokens(tokens) + self.places.weight[: tokens.shape[1]]
        for block in self.blocks:
            x = block(x)
        return F.cross_entropy(self.head(self.norm(x)).flatten(0, 1).float(), tokens.flatten())


def steps():
    sizes = {
        "small": ((2, 4, 64, 256, 64, False), 8),
        "medium": ((4, 6, 384, 8192, 256, False), 4),
        "gpt2": ((12, 12, 768, 50257, 512, True), 4),
    }
    for name, (size, batch) in sizes.items():
        for bf16 in (False, True):
            model = Gpt(*size).cuda()
            optimizer = torch.optim.AdamW(model.parameters(), lr=3e-4, fused=True)
            tokens = torch.randint(size[3], (batch, size[4]), device="cuda")

            def step():
                optimizer.zero_grad(set_to_none=True)
                with torch.autocast("cuda", torch.bfloat16, enabled=bf16):
                    loss = model(tokens)
                loss.backward()
                nn.utils.clip_grad_norm_(model.parameters(), 1.0)
                optimizer.step()
                return loss.item()

            measure(f"training step, {name}, {'bf16' if bf16 else 'f32'}", step, 30)


if __name__ == "__main__":
    print(torch.__version__, torch.cuda.get_device_name())
    with torch.no_grad():
        operations()
    weights = nn.Parameter(random(1 << 24))
    weights.grad = random(1 << 24)
    adamw = torch.optim.AdamW([weights], lr=1e-9, fused=True)
    measure("AdamW, 16.8M parameters", adamw.step)
    steps()
