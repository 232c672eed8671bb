// What htmx is told about this house; it reads it when it begins, so this stands before it in one file.
const told = document.createElement("meta");
told.name = "htmx-config";
told.content = JSON.stringify({
  includeIndicatorCSS: false, extensions: "sse", defaultSwap: "innerHTML", defaultTimeout: 30000, defaultSettleDelay: 0,
  prefix: "", morphScanLimit: 60, sse: { reconnectMaxDelay: 15000 },
});
document.head.append(told);

// A refusal belongs into its own form, wherever it was sent from.
const refused = 'target:"closest form" select:".deed" swap:outerMorph push:false';
const all = { boost: "target:#main", sync: "drop", "status:422": refused, "status:409": refused, "status:5xx": "swap:none push:false" };
if (document.body.matches(".app")) for (const name in all) document.body.setAttribute(`hx-${name}:inherited`, all[name]);
