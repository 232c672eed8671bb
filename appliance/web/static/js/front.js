// The front of house: starts every behaviour once, and dresses what each swap brings.
import * as busy from "./busy.js";
import * as corner from "./corner.js";
import * as deed from "./deed.js";
import * as go from "./go.js";
import * as guard from "./guard.js";
import * as keys from "./keys.js";
import * as live from "./live.js";
import * as outbox from "./outbox.js";
import * as picker from "./picker.js";
import * as player from "./player.js";
import * as rows from "./rows.js";
import * as scan from "./scan.js";
import * as search from "./search.js";
import * as select from "./select.js";
import * as small from "./small.js";
import * as walk from "./walk.js";

// The scanner listens first: a burst must not be taken for keys. `go` decides how a page arrives before others look.
const parts = [scan, walk, go, deed, outbox, busy, guard, rows, picker, search, keys, select, live, corner, player, small];

function dress() {
  for (const part of parts) part.dress?.(document);
}

for (const part of parts) part.start?.();
dress();
document.addEventListener("htmx:after:swap", dress);
document.addEventListener("front:dress", dress);
