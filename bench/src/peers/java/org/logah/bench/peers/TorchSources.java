package org.logah.bench.peers;

import java.math.BigDecimal;

import org.logah.models.gpt2.Gpt2Config;
import org.logah.models.vit.VitConfig;

/** Whole training steps in TorchScript, with PyTorch's fused attention and its fused AdamW. */
final class TorchSources {
    /** What the models share: causal or full attention. */
    private static final String ATTENTION = """
              def attention(self: __torch__.Peer, qkv: Tensor, heads: int, causal: bool) -> Tensor:
                b = torch.size(qkv, 0)
                t = torch.size(qkv, 1)
                d = torch.floordiv(torch.size(qkv, 2), 3)
                parts = torch.permute(torch.view(qkv, [b, t, 3, heads, torch.floordiv(d, heads)]), [2, 0, 3, 1, 4])
                q = torch.select(parts, 0, 0)
                k = torch.select(parts, 0, 1)
                v = torch.select(parts, 0, 2)
                y = torch.scaled_dot_product_attention(q, k, v, None, 0., causal)
                return torch.reshape(torch.transpose(y, 1, 2), [b, t, d])

            """;

    /** What each GPT-2 needs beside its loss. */
    static final String GPT2 = ATTENTION + """
              def project(self: __torch__.Peer, x: Tensor, w: Tensor, bias: Tensor) -> Tensor:
                y = torch.addmm(bias, torch.view(x, [-1, torch.size(x, -1)]), w)
                return torch.view(y, [torch.size(x, 0), torch.size(x, 1), torch.size(w, 1)])

            """;
    private static final double CLIP = 1;
    private static final double RATE = 3e-4;

    private TorchSources() {}

    /** What follows the loss: gradients, clipped together, and AdamW with PyTorch's defaults. */
    static String update(double clip, double rate) {
        return """
                  def update(self: __torch__.Peer, loss: Tensor, p: List[Tensor], m: List[Tensor], v: List[Tensor], s: List[Tensor]) -> Tensor:
                    found = torch.grad([loss], p)
                    torch.set_grad_enabled(False)
                    g = annotate(List[Tensor], [])
                    for i in range(torch.len(found)):
                      torch.append(g, unchecked_cast(Tensor, found[i]))
                    norm = torch.linalg_vector_norm(torch.stack(torch._foreach_norm(g)))
                    torch._foreach_mul_(g, torch.clamp(torch.mul(torch.reciprocal(torch.add(norm, 0.000001)), %s), None, 1.))
                    torch._foreach_add_(s, 1)
                    torch._fused_adamw_(p, g, m, v, annotate(List[Tensor], []), s, lr=%s, beta1=0.9, beta2=0.999, weight_decay=0.01, eps=0.00000001, amsgrad=False, maximize=False)
                    return torch.detach(loss)
                """
                .formatted(number(clip), number(rate));
    }

    /** A literal that TorchScript reads as it was. */
    static String number(double value) { return BigDecimal.valueOf(value).toPlainString(); }

    /** Weights {@code [in, out]}, embeddings tied or with a head of its own. */
    static String gpt2(Gpt2Config c) {
        return GPT2 + gpt2Loss("loss", c) + update(CLIP, RATE) + """
                  def forward(self: __torch__.Peer, p: List[Tensor], m: List[Tensor], v: List[Tensor], s: List[Tensor], x: Tensor, y: Tensor) -> Tensor:
                    torch.set_grad_enabled(True)
                    return (self).update((self).loss(p, x, y), p, m, v, s)
                """;
    }

    /** A method of that name: the loss of a GPT-2 with parameters {@code p} in its own order; {@link #GPT2} goes with it. */
    static String gpt2Loss(String name, Gpt2Config c) {
        return """
                  def %s(self: __torch__.Peer, p: List[Tensor], x: Tensor, y: Tensor) -> Tensor:
                    t = torch.size(x, 1)
                    h = torch.add(torch.embedding(p[0], x), torch.slice(p[1], 0, 0, t))
                    for i in range(%d):
                      j = 2 + i * 12
                      n = torch.layer_norm(h, [%d], p[j], p[j + 1], 0.00001)
                      qkv = (self).project(n, p[j + 2], p[j + 3])
                      a = (self).attention(qkv, %d, True)
                      h = torch.add(h, (self).project(a, p[j + 4], p[j + 5]))
                      n = torch.layer_norm(h, [%d], p[j + 6], p[j + 7], 0.00001)
                      g = torch.gelu((self).project(n, p[j + 8], p[j + 9]), approximate="tanh")
                      h = torch.add(h, (self).project(g, p[j + 10], p[j + 11]))
                    k = 2 + %d * 12
                    h = torch.layer_norm(h, [%d], p[k], p[k + 1], 0.00001)
                    logits = torch.linear(h, p[%s])
                    return torch.cross_entropy_loss(torch.view(logits, [-1, %d]), y)

                """.formatted(name, c.layers(), c.width(), c.heads(), c.width(), c.layers(), c.width(),
                c.tied() ? "0" : "k + 2", c.vocabulary());
    }

    /** Weights {@code [out, in]}, a class token in front. */
    static String vit(VitConfig c) {
        return ATTENTION + update(CLIP, RATE) + """
                  def forward(self: __torch__.Peer, p: List[Tensor], m: List[Tensor], v: List[Tensor], s: List[Tensor], x: Tensor, y: Tensor) -> Tensor:
                    torch.set_grad_enabled(True)
                    b = torch.size(x, 0)
                    patches = torch.transpose(torch.flatten(torch.conv2d(x, p[1], p[2], [%d, %d]), 2), 1, 2)
                    h = torch.add(torch.cat([torch.expand(p[0], [b, -1, -1]), patches], 1), p[3])
                    for i in range(%d):
                      j = 4 + i * 12
                      n = torch.layer_norm(h, [%d], p[j], p[j + 1], 0.000001)
                      a = (self).attention(torch.linear(n, p[j + 2], p[j + 3]), %d, False)
                      h = torch.add(h, torch.linear(a, p[j + 4], p[j + 5]))
                      n = torch.layer_norm(h, [%d], p[j + 6], p[j + 7], 0.000001)
                      g = torch.gelu(torch.linear(n, p[j + 8], p[j + 9]))
                      h = torch.add(h, torch.linear(g, p[j + 10], p[j + 11]))
                    k = 4 + %d * 12
                    h = torch.layer_norm(h, [%d], p[k], p[k + 1], 0.000001)
                    logits = torch.linear(torch.select(h, 1, 0), p[k + 2], p[k + 3])
                    return (self).update(torch.cross_entropy_loss(logits, y), p, m, v, s)
                """.formatted(c.patch(), c.patch(), c.layers(), c.width(), c.heads(), c.width(), c.layers(),
                c.width());
    }
}
