#!/usr/bin/env python3
"""Quick sanity fit of the runs (not roofscape's fit, only a check of the data):

  L = kl/l^al + krho*rho^arho/(r^ar d^b1) + kd/(r^ar d^b2) + km/dm^am + Linf
  rho = K/E, dm = head_dim*n_kv, all eleven parameters >= 0

soft-L1 least squares from many random starts; R2 on random 80/20 splits by architecture
(all seeds of one architecture stay on the same side).

  python sanity_fit.py ../tiny.csv [splits] [starts]
"""
import csv, sys
import numpy as np
from scipy.optimize import least_squares

HEAD_DIM = 16
rows = list(csv.DictReader(open(sys.argv[1])))
SPLITS = int(sys.argv[2]) if len(sys.argv) > 2 else 10
STARTS = int(sys.argv[3]) if len(sys.argv) > 3 else 24
c = lambda k: np.array([float(r[k]) for r in rows])
l, d, r, dm = c("layers"), c("width"), c("ffn_ratio"), HEAD_DIM * c("kv_heads")
rho, y = c("top_k") / c("experts"), c("val_loss")
arch = np.array([n["name"].rsplit("-s", 1)[0] for n in rows])
X = np.c_[l, d / 64, r, dm / 32, rho]            # scaled for conditioning only
NAMES = "kl al krho arho ar b1 kd b2 km am Linf".split()
LO = np.zeros(11)
HI = np.array([5, 4, 5, 4, 4, 4, 5, 4, 5, 4, 6.0])


def terms(p, X):
    l, d, r, m, rho = X.T
    kl, al, kr, arho, ar, b1, kd, b2, km, am, Li = p
    return (kl * l ** -al, kr * rho ** arho / (r ** ar * d ** b1), kd / (r ** ar * d ** b2),
            km * m ** -am, Li + 0 * l)


def fit(X, y, starts, rng, loss="soft_l1"):
    best, costs = None, []
    for _ in range(starts):
        p0 = np.array([rng.uniform(.05, 1), rng.uniform(.2, 2), rng.uniform(.05, 1),
                       rng.uniform(.1, 1.5), rng.uniform(.05, 1), rng.uniform(.1, 2),
                       rng.uniform(.05, 1), rng.uniform(.1, 2), rng.uniform(.01, .5),
                       rng.uniform(.2, 2), y.min() * rng.uniform(.5, 1)])
        s = least_squares(lambda p: sum(terms(p, X)) - y, p0, bounds=(LO, HI),
                          loss=loss, f_scale=0.02, max_nfev=2000)
        costs.append(s.cost)
        if best is None or s.cost < best.cost:
            best = s
    return best, np.array(costs)


def r2(p, X, y):
    e = sum(terms(p, X)) - y
    return 1 - (e ** 2).sum() / ((y - y.mean()) ** 2).sum(), np.sqrt((e ** 2).mean())


rng = np.random.default_rng(0)
print(f"{len(y)} rows, {len(set(arch))} architectures, val_loss {y.min():.4f}..{y.max():.4f},"
      f" sd {y.std():.4f}")
seeds = {a: y[arch == a] for a in set(arch) if (arch == a).sum() > 1}
if seeds:
    for a, v in sorted(seeds.items()):
        print(f"  seeds {a:26s} n={len(v)} mean {v.mean():.4f} sd {v.std(ddof=1):.4f}"
              f" range {np.ptp(v):.4f}")
    ss = sum(((v - v.mean()) ** 2).sum() for v in seeds.values())
    print(f"  pooled seed sd {np.sqrt(ss / sum(len(v) - 1 for v in seeds.values())):.4f}")
b, costs = fit(X, y, STARTS * 2, rng)
print("all rows: R2 %.4f RMSE %.4f; starts within 1%% of the best cost: %d/%d"
      % (*r2(b.x, X, y), (costs < costs.min() * 1.01).sum(), len(costs)))
print("  " + ", ".join(f"{n}={v:.4g}" for n, v in zip(NAMES, b.x)),
      " (d in units of 64, dm in units of 32)")
t = terms(b.x, X)
print("  sd of each term over the rows: " + ", ".join(
    f"{n} {x.std():.4f}" for n, x in zip(("depth", "rho", "width/r", "kv"), t)))
e = sum(t) - y
o = np.argsort(-abs(e))[:6]
print("  worst residuals: " + "; ".join(f"{rows[i]['name']} {e[i]:+.4f}" for i in o))
for nm, m in (("dense", rho == 1), ("MoE", rho < 1)):
    print(f"  {nm}: n={m.sum()} mean residual {e[m].mean():+.4f} RMSE {np.sqrt((e[m]**2).mean()):.4f}")
u, tr, te = np.array(sorted(set(arch))), [], []
for s in range(SPLITS):
    held = set(rng.permutation(u)[: max(1, round(.2 * len(u)))])
    m = np.array([a in held for a in arch])
    p, _ = fit(X[~m], y[~m], STARTS, rng)
    tr.append(r2(p.x, X[~m], y[~m])); te.append(r2(p.x, X[m], y[m]))
tr, te = np.array(tr), np.array(te)
print(f"80/20 x{SPLITS}: train R2 {tr[:,0].mean():.4f} ({tr[:,0].min():.4f}..{tr[:,0].max():.4f}),"
      f" held-out R2 median {np.median(te[:,0]):.4f} mean {te[:,0].mean():.4f}"
      f" ({te[:,0].min():.4f}..{te[:,0].max():.4f}), held-out RMSE {te[:,1].mean():.4f}")
