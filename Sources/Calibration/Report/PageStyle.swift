/// How the page looks: on light and dark screens, and on paper.
package enum PageStyle {
  package static let text = """
    :root{--ink:#1c2126;--soft:#5d6770;--line:#dfe4e8;--paper:#fff;--deep:#0b5c8a;--warm:#c4581c}
    @media (prefers-color-scheme:dark){:root{--ink:#e4e8eb;--soft:#9aa5ae;--line:#343c43;--paper:#14181b;\
    --deep:#5fb2e0;--warm:#f0935c}}
    *{box-sizing:border-box}
    body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,sans-serif}
    main{max-width:960px;margin:0 auto;padding:56px 24px}
    h1{font-size:30px;line-height:1.2;margin:0 0 8px;letter-spacing:-.01em}
    h2{font-size:20px;margin:56px 0 4px}
    section>p{color:var(--soft);margin:0 0 16px}
    .headline{font-size:19px;margin:0 0 24px}
    dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 20px;font-size:14px;margin:0}
    dt{color:var(--soft)} dd{margin:0;overflow-wrap:anywhere}
    .notes{font-size:14px;color:var(--soft);padding-left:18px}
    .scroll{overflow-x:auto}
    table{border-collapse:collapse;font-size:14px;font-variant-numeric:tabular-nums;min-width:60%}
    th,td{padding:5px 16px 5px 0;text-align:left;border-bottom:1px solid var(--line);font-weight:400}
    thead th{color:var(--soft);font-size:13px} tbody th{font-weight:500}
    .rates tbody tr:first-child th,.rates tbody tr:first-child td{border-bottom:2px solid var(--soft)}
    svg{display:block;width:100%;height:auto;max-width:760px}
    svg text{font:12px system-ui,sans-serif;fill:var(--soft)}
    svg .name{fill:var(--ink);font-weight:600} svg .axis{font-size:13px}
    svg .cell{fill:var(--ink)} svg .cell.dark{fill:var(--paper)}
    .grid{stroke:var(--line);fill:none} .budget{stroke:var(--soft);stroke-dasharray:2 4;fill:none}
    path{fill:none;stroke-linejoin:round}
    .filter{stroke:var(--deep);stroke-width:3;fill:none} .baseline{stroke:var(--warm);stroke-width:2.5;fill:none}
    .attack{stroke:var(--deep);stroke-width:1;opacity:.45;fill:none}
    .heat{fill:var(--deep)}
    rect.clean{fill:var(--soft);opacity:.45} rect.adversarial{fill:var(--deep);opacity:.6}
    .histograms{display:grid;grid-template-columns:repeat(auto-fill,minmax(260px,1fr));gap:20px}
    .gallery{display:grid;grid-template-columns:repeat(auto-fill,minmax(190px,1fr));gap:24px}
    figure{margin:0;break-inside:avoid} figure img{width:100%;display:block;border-radius:3px}
    .nothing{aspect-ratio:1;background:var(--line);display:grid;place-items:center;color:var(--soft)}
    figcaption{font-size:13px;line-height:1.4;margin-top:8px}
    figcaption strong,figcaption span,figcaption small{display:block;overflow-wrap:anywhere}
    figcaption small{color:var(--soft)}
    footer{margin-top:72px;border-top:1px solid var(--line);color:var(--soft);font-size:14px}
    @media print{body{font-size:11pt}main{max-width:none;padding:0}section{break-inside:avoid-page}\
    h2{break-after:avoid}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
    """
}
