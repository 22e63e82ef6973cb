// This file writes numbers and names for people. Large numbers arrive as text, since a browser's own numbers are exact only up to 2^53.

// cred writes an amount in ucred, millionths of a CRED.
export function cred(ucred) {
  const n = BigInt(ucred ?? 0);
  const whole = (n / 1000000n).toString().replace(/\B(?=(\d{3})+$)/g, ",");
  const part = (n % 1000000n).toString().padStart(6, "0").replace(/0+$/, "");
  return (part ? `${whole}.${part}` : whole) + " CRED";
}

// replicaPrice says what a right replica is paid: a fixed price, or the formula of a price by use with the most that it can reach.
export function replicaPrice({price, use_price: use}) {
  if (!use) return cred(price);
  const rate = Number(use.per_second) ? `${cred(use.per_second)} a second declared` : `${cred(use.per_gfuel)} a Gfuel used`;
  return `${Number(use.base) ? cred(use.base) + " and " : ""}${rate}, at most ${cred(price)}`;
}

// count writes a number with separators.
export function count(n) { return BigInt(n ?? 0).toString().replace(/\B(?=(\d{3})+$)/g, ","); }

// scaled writes a large number in three digits and a unit.
export function scaled(n, base = 1000, units = ["", "k", "M", "G", "T", "P", "E"]) {
  let value = Number(n ?? 0), i = 0;
  while (value >= base && i < units.length - 1) { value /= base; i++; }
  return (i === 0 ? String(value) : value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)) + (units[i] ? " " + units[i] : "");
}

export function bytes(n) { return scaled(n, 1024, ["bytes", "KiB", "MiB", "GiB", "TiB"]); }

// short returns the beginning of an id: enough digits for a command, and short enough to read.
export function short(id) { return (id ?? "").replace(/^sha256:/, "").slice(0, 12); }

// plural writes a number with its noun.
export function plural(n, one, many = one + "s") { return `${count(n)} ${Number(n) === 1 ? one : many}`; }

// list joins names: "amber, birch and cedar".
export function list(names) { return names.length < 2 ? names.join("") : names.slice(0, -1).join(", ") + " and " + names.at(-1); }

// clock writes a time of day, with the date if that is not today.
export function clock(ms) {
  if (!ms) return "";
  const t = new Date(ms), today = new Date().toDateString() === t.toDateString();
  return today ? t.toLocaleTimeString([], {hour12: false}) : t.toLocaleString([], {hour12: false});
}

// percent writes a demanded trust T as commands take it: 10,000 is 99.99%. It is exact, since T is 1, 2 or 5 followed by zeros.
export function percent(t) {
  const n = BigInt(t ?? 0);
  if (n === 0n) return "any";
  const digits = ((n - 1n) * 10n ** 11n / n).toString().padStart(11, "0");
  return `${digits.slice(0, -9)}.${digits.slice(-9)}`.replace(/\.?0+$/, "") + "%";
}

// trust says what a demanded trust means.
export function trust(t) { return `${percent(t)}: at most 1 wrong in ${count(t)}`; }

// span writes a number of seconds in the largest unit that divides it.
export function span(seconds) {
  for (const [unit, size] of [["day", 86400], ["hour", 3600], ["minute", 60]]) if (seconds >= size && seconds % size === 0) return plural(seconds / size, unit);
  return plural(seconds, "second");
}

// lasted writes a time that was measured, in its largest unit.
export function lasted(seconds) {
  for (const [unit, size] of [["hours", 5400], ["minutes", 90]]) if (seconds >= size) return `${(seconds / (unit === "hours" ? 3600 : 60)).toFixed(1).replace(/\.0$/, "")} ${unit}`;
  return `${seconds.toFixed(0)} s`;
}

// ratio writes a part of a whole as a number with one digit.
export function ratio(part, whole) { return whole > 0 ? (part / whole).toFixed(1) : "0"; }

// roughly writes an amount of ucred for a quick look, in three digits.
export function roughly(ucred) {
  const n = BigInt(ucred ?? 0);
  return cred(n < 1000n ? n : BigInt(Math.round(Number(Number(n).toPrecision(3)))));
}

// hourly writes what an amount of ucred in some seconds is in an hour.
export function hourly(ucred, seconds) { return roughly(BigInt(ucred) * 3600000n / BigInt(Math.max(1, Math.round(seconds * 1000)))); }

// coins writes an amount of ucred for a quick look: without fractions from 1,000 CRED on.
export function coins(ucred) {
  const n = BigInt(ucred ?? 0);
  return n >= 1000000000n ? cred(n - n % 1000000n) : cred(n);
}

export function ppm(n) { return (n / 10000).toLocaleString([], {maximumFractionDigits: 3}) + " %"; }

// account shortens an address for places with little room.
export function account(a) { return !a || a.length < 20 ? a ?? "" : a.slice(0, 10) + "…" + a.slice(-4); }
