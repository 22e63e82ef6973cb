// Puts the verifier of receipts, which stands by itself, beside what was compiled.
import {copyFileSync} from "node:fs";

copyFileSync(new URL("../../receipt/browser/receipt.mjs", import.meta.url), new URL("dist/receipt.mjs", import.meta.url));
copyFileSync(new URL("receipt.d.mts", import.meta.url), new URL("dist/receipt.d.mts", import.meta.url));
