"""The style sheet of a report: light and dark, screen and paper, from 360 pixels up."""

STYLE = (
    """
:root{--ink:#1a1d21;--soft:#5b636e;--line:#dfe3e8;--page:#f6f7f9;--card:#fff;
--c0:#2f6fde;--c1:#d9730d;--c2:#1c9a63;--c3:#c2335a;--c4:#7a52c7;--c5:#0f8fa3;--c6:#a37c0a;
--c7:#98a1ad}
@media(prefers-color-scheme:dark){:root{--ink:#e8eaed;--soft:#a3abb6;--line:#343a43;--page:#14171b;
--card:#1d2126;--c0:#6ea2ff;--c1:#f2a45c;--c2:#4fcf96;--c3:#f2789a;--c4:#b394f5;--c5:#4cc6d9;
--c6:#d9b53a;--c7:#6f7885}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:1040px;margin:0 auto;padding:16px}
header,section{background:var(--card);border:1px solid var(--line);border-radius:10px;
padding:16px 20px;margin:0 0 16px}
h1{font-size:1.15rem;margin:0}
h1+p{margin:0;color:var(--soft)}
h2{font-size:1rem;margin:0 0 12px}
h3{font-size:1rem;margin:0;overflow-wrap:anywhere}
.total{font-size:2.6rem;font-weight:650;line-height:1.15;margin:12px 0;
font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(132px,1fr));gap:12px;margin:0}
dt{color:var(--soft);font-size:.85rem}
dd{margin:0;font-weight:600;font-variant-numeric:tabular-nums}
small,.scale,.ends{color:var(--soft);font-size:.85rem}
.scale{margin:0 0 4px;text-align:right}
.columns{display:block;width:100%;height:220px;border-bottom:1px solid var(--line)}
.ends{display:flex;justify-content:space-between;margin:4px 0 12px}
.legend{display:flex;flex-wrap:wrap;gap:6px 18px;margin:0;padding:0;list-style:none;
font-size:.9rem}
.legend li{overflow-wrap:anywhere}
.key{display:inline-block;width:.75em;height:.75em;border-radius:2px;margin-right:.45em}
.bars,.cards{margin:0;padding:0;list-style:none}
.bars li{display:grid;grid-template-columns:1fr auto;gap:2px 12px;padding:6px 0}
.name{overflow-wrap:anywhere;min-width:0}
.amount{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.bar{grid-column:1/-1;display:block;width:100%;height:12px;background:var(--page);
border-radius:3px;overflow:hidden}
.cards li{border-top:1px solid var(--line);padding:12px 0}
.cards li:first-child{border:0;padding-top:0}
.cards p{margin:2px 0;overflow-wrap:anywhere}
.saves{font-weight:600;color:var(--c2)}
.sure{font-weight:400;margin-left:.4em}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.92rem}
th,td{text-align:right;padding:5px 8px;border-bottom:1px solid var(--line);
font-variant-numeric:tabular-nums;vertical-align:top}
th:first-child,td:first-child{text-align:left;padding-left:0;overflow-wrap:anywhere}
th{font-weight:600;color:var(--soft)}
footer{color:var(--soft);font-size:.85rem;padding:0 4px}
footer ul,section ul:not([class]){padding-left:1.2em;overflow-wrap:anywhere}
code{overflow-wrap:anywhere}
@media(max-width:520px){main{padding:8px}header,section{padding:14px}.total{font-size:2rem}
.columns{height:170px}}
@media print{:root{--page:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#ccc}
body{font-size:11pt}main{max-width:none;padding:0}
header,section{border-radius:0;border-width:0 0 1px;padding:8px 0}
.bars li,.cards li,tr,.columns{break-inside:avoid}h2{break-after:avoid}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
""".replace("\n", "")
    + "".join(
        f".c{number}{{fill:var(--c{number})}}.k{number}{{background:var(--c{number})}}"
        for number in range(8)
    )
)
