#!/usr/bin/env python3
"""Makes the reference numbers of Llama: llama.safetensors and llama-train.safetensors.

    python3 docs/python/llama_reference.py training/src/test/resources/golden

It needs PyTorch (1.13 or newer) and NumPy; on Debian: apt install python3-torch python3-numpy.

The formulas are written out here from the papers, a second time and in another form than in Java. PyTorch supplies the
operations, the gradients and AdamW. Weights and tokens are drawn as 32-bit floats; everything after that is computed in
64 bits and rounded to 32 once, when it is stored. The same PyTorch writes the same bytes again.
"""
import json
import math
import pathlib
import struct
import sys

import torch

SEED = 20240527
MODEL = {"family": "llama", "layers": 2, "heads": 4, "kvheads": 2, "dim": 32, "mlp": 96, "vocab": 61, "pos": 16,
         "base": 500000}
OPTIMIZER = {"name": "AdamW", "lr": 0.001, "weight_decay": 0.01, "beta1": 0.9, "beta2": 0.999, "eps": 1e-08,
             "clip_grad_norm": 1.0}
STEPS = 5
BATCH = 2
EPS = 1e-5


def shapes():
    """Names and shapes of all parameters, as Hugging Face's LlamaForCausalLM has them: weights are [out, in]."""
    width, inner, vocabulary = MODEL["dim"], MODEL["mlp"], MODEL["vocab"]
    shared = width // MODEL["heads"] * MODEL["kvheads"]
    out = {"model.embed_tokens.weight": [vocabulary, width]}
    for layer in range(MODEL["layers"]):
        name = f"model.layers.{layer}."
        out[name + "input_layernorm.weight"] = [width]
        out[name + "self_attn.q_proj.weight"] = [width, width]
        out[name + "self_attn.k_proj.weight"] = [shared, width]
        out[name + "self_attn.v_proj.weight"] = [shared, width]
        out[name + "self_attn.o_proj.weight"] = [width, width]
        out[name + "post_attention_layernorm.weight"] = [width]
        out[name + "mlp.gate_proj.weight"] = [inner, width]
        out[name + "mlp.up_proj.weight"] = [inner, width]
        out[name + "mlp.down_proj.weight"] = [width, inner]
    out["model.norm.weight"] = [width]
    out["lm_head.weight"] = [vocabulary, width]
    return out


def drawn(random):
    """Weights of a size at which every part of the formulas shows in the result: norms away from 1, a small input to the
    first norm so that its eps counts, and scores that are large enough for attention to prefer some tokens."""
    p = {}
    for name, shape in shapes().items():
        noise = torch.randn(shape, generator=random, dtype=torch.float32)
        if "norm" in name:
            p[name] = 1 + 0.3 * noise
        elif "embed_tokens" in name:
            p[name] = 0.1 * noise
        elif "q_proj" in name or "k_proj" in name:
            p[name] = noise * (2 / math.sqrt(shape[-1]))
        else:
            p[name] = noise * (1 / math.sqrt(shape[-1]))
    return p


def rms_norm(x, weight):
    """arXiv 1910.07467, equation 4."""
    return weight * x / torch.sqrt((x * x).mean(-1, keepdim=True) + EPS)


def rotate(x):
    """arXiv 2104.09864, section 3.2.2, in Hugging Face's layout: entries i and i + size/2 of a head are the real and the
    imaginary part of one number, which is multiplied by exp(j * place * base^(-2i/size)). x: [batch, heads, tokens, size]."""
    half = x.shape[-1] // 2
    place = torch.arange(x.shape[-2], dtype=torch.float64)
    speed = torch.tensor([MODEL["base"] ** (-i / half) for i in range(half)], dtype=torch.float64)
    angle = place[:, None] * speed[None, :]
    turned = torch.complex(x[..., :half], x[..., half:]) * torch.polar(torch.ones_like(angle), angle)
    return torch.cat([turned.real, turned.imag], -1)


def attention(p, name, x):
    """arXiv 1706.03762, equation 1, causal; heads of keys and values shared by groups of queries (arXiv 2305.13245)."""
    batch, tokens, width = x.shape
    heads, shared = MODEL["heads"], MODEL["kvheads"]
    size = width // heads

    def split(weight, count):
        return (x @ p[name + weight].T).reshape(batch, tokens, count, size).transpose(1, 2)

    q = rotate(split("q_proj.weight", heads)).reshape(batch, shared, heads // shared, tokens, size)
    k = rotate(split("k_proj.weight", shared))
    v = split("v_proj.weight", shared)
    scores = torch.einsum("bgrts,bgus->bgrtu", q, k) / math.sqrt(size)
    later = torch.ones(tokens, tokens, dtype=torch.bool).triu(1)
    weights = torch.softmax(scores.masked_fill(later, -math.inf), -1)
    seen = torch.einsum("bgrtu,bgus->bgrts", weights, v).reshape(batch, heads, tokens, size)
    return seen.transpose(1, 2).reshape(batch, tokens, width) @ p[name + "o_proj.weight"].T


def gated_mlp(p, name, x):
    """arXiv 2002.05202, equation 6: SwiGLU with SiLU as its gate, without biases."""
    gate = x @ p[name + "gate_proj.weight"].T
    return (gate * torch.sigmoid(gate) * (x @ p[name + "up_proj.weight"].T)) @ p[name + "down_proj.weight"].T


def logits(p, tokens):
    """arXiv 2302.13971, section 2.2: norms in front of each part, an untied head."""
    x = p["model.embed_tokens.weight"][tokens]
    for layer in range(MODEL["layers"]):
        name = f"model.layers.{layer}."
        x = x + attention(p, name + "self_attn.", rms_norm(x, p[name + "input_layernorm.weight"]))
        x = x + gated_mlp(p, name + "mlp.", rms_norm(x, p[name + "post_attention_layernorm.weight"]))
    return rms_norm(x, p["model.norm.weight"]) @ p["lm_head.weight"].T


def loss_of(scores, tokens):
    """Mean cross-entropy of each next token."""
    chosen = torch.log_softmax(scores[:, :-1], -1).gather(-1, tokens[:, 1:, None])
    return -chosen.mean()


def in_double(p):
    return {name: t.double().requires_grad_(True) for name, t in p.items()}


def one_pass(random):
    p = drawn(random)
    tokens = torch.randint(MODEL["vocab"], [BATCH, MODEL["pos"]], generator=random)
    q = in_double(p)
    scores = logits(q, tokens)
    loss = loss_of(scores, tokens)
    loss.backward()
    tensors = {"param." + name: t for name, t in p.items()}
    tensors |= {"input": tokens, "logits": scores, "loss": loss}
    tensors |= {"gradparam." + name: t.grad for name, t in q.items()}
    return tensors


def training(random):
    p = drawn(random)
    tokens = torch.randint(MODEL["vocab"], [STEPS, BATCH, MODEL["pos"]], generator=random)
    q = in_double(p)
    adam = torch.optim.AdamW(q.values(), lr=OPTIMIZER["lr"], betas=(OPTIMIZER["beta1"], OPTIMIZER["beta2"]),
                             eps=OPTIMIZER["eps"], weight_decay=OPTIMIZER["weight_decay"])
    losses, norms = [], []
    for step in range(STEPS):
        adam.zero_grad()
        loss = loss_of(logits(q, tokens[step]), tokens[step])
        loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(list(q.values()), OPTIMIZER["clip_grad_norm"]))
        adam.step()
        losses.append(loss.detach())
    tensors = {"init." + name: t for name, t in p.items()}
    tensors |= {"input": tokens, "losses": torch.stack(losses), "grad_norms": torch.stack(norms)}
    tensors |= {"final." + name: t for name, t in q.items()}
    return tensors


def write(path, metadata, tensors):
    """safetensors: the header's length in 8 bytes, the header as JSON, the numbers one tensor behind the other."""
    header, data = {"__metadata__": metadata}, []
    at = 0
    for name, t in tensors.items():
        integers = not t.dtype.is_floating_point
        raw = t.detach().to(torch.int64 if integers else torch.float32).contiguous().numpy().tobytes()
        header[name] = {"dtype": "I64" if integers else "F32", "shape": list(t.shape),
                        "data_offsets": [at, at + len(raw)]}
        data.append(raw)
        at += len(raw)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(data))
    print(f"{path}: {len(tensors)} tensors, {path.stat().st_size:,} bytes")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[1])
    torch.set_num_threads(1)
    made = {"model": json.dumps(MODEL), "params": json.dumps(shapes()), "seed": str(SEED),
            "program": "docs/python/llama_reference.py, PyTorch " + torch.__version__,
            "note": "the formulas written out from the papers, on PyTorch's operations, gradients and AdamW; weights "
                    "drawn in float32, everything computed in float64, stored in float32"}
    random = torch.Generator().manual_seed(SEED)
    write(folder / "llama.safetensors", {"kind": "llama"} | made, one_pass(random))
    write(folder / "llama-train.safetensors",
          {"kind": "llama-train"} | made | {"optimizer": json.dumps(OPTIMIZER), "steps": str(STEPS)}, training(random))


if __name__ == "__main__":
    main()
