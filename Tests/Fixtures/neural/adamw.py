"""Golden numbers of AdamW with decoupled weight decay: plain Python, double precision.

Run: python3 adamw.py   (prints the parameters after each of five steps)
"""
import math

p, m, v = [1.0, -2.0, 0.5], [0.0] * 3, [0.0] * 3
rate, beta1, beta2, epsilon, decay = 0.1, 0.9, 0.999, 1e-8, 0.01
for step in range(1, 6):
    gradient = [math.sin(step * (i + 1)) * (i + 1) for i in range(3)]
    for i in range(3):
        m[i] = beta1 * m[i] + (1 - beta1) * gradient[i]
        v[i] = beta2 * v[i] + (1 - beta2) * gradient[i] ** 2
        hat_m, hat_v = m[i] / (1 - beta1**step), v[i] / (1 - beta2**step)
        p[i] -= rate * hat_m / (math.sqrt(hat_v) + epsilon) + rate * decay * p[i]
    print(step, ", ".join(f"{x:.9f}" for x in p))
