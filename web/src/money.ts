/**
 * How exact decimal strings are shown. Only digits are moved here: no amount is ever computed, and
 * no amount passes through a floating-point number. The rules are those of `pricing.display`.
 */

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;

type Digits = { negative: boolean; digits: bigint; places: number };

function read(text: string): Digits {
  const found = DECIMAL.exec(text);
  if (!found) throw new RangeError(`not a decimal: ${text}`);
  const fraction = found[3] ?? "";
  return { negative: found[1] === "-", digits: BigInt(found[2] + fraction), places: fraction.length };
}

/** Round half to even to the given number of decimal places. */
function round(value: Digits, places: number): Digits {
  if (value.places <= places) {
    return { ...value, digits: value.digits * 10n ** BigInt(places - value.places), places };
  }
  const unit = 10n ** BigInt(value.places - places);
  const [whole, rest] = [value.digits / unit, (value.digits % unit) * 2n];
  const up = rest > unit || (rest === unit && whole % 2n === 1n);
  return { negative: value.negative, digits: up ? whole + 1n : whole, places };
}

function grouped(whole: string): string {
  return whole.replace(/\B(?=(\d{3})+$)/g, ",");
}

function written(value: Digits): string {
  const text = value.digits.toString().padStart(value.places + 1, "0");
  const whole = text.slice(0, text.length - value.places);
  return grouped(whole) + (value.places ? `.${text.slice(-value.places)}` : "");
}

function belowOne(value: Digits): boolean {
  return value.digits < 10n ** BigInt(value.places);
}

/** Four significant digits, without trailing zeros after the given number of places. */
function fourDigits(value: Digits, kept: number): Digits {
  const length = value.digits.toString().length;
  let short = length > 4 ? round(value, value.places - (length - 4)) : value;
  while (short.places > kept && short.digits % 10n === 0n) {
    short = { ...short, digits: short.digits / 10n, places: short.places - 1 };
  }
  return short.places < kept ? round(short, kept) : short;
}

/**
 * A cost: two decimals from $1 up, four significant digits below, never $0.00 for a cost. Below $1, at
 * least `places` decimals: those of its column.
 */
export function usd(amount: string, places = 0): string {
  const value = read(amount);
  let shown = belowOne(value) ? fourDigits(value, 2) : round(value, 2);
  if (!belowOne(shown)) shown = round(shown, 2);
  else if (shown.places < places) shown = round(value, places);
  return `${value.negative && value.digits ? "-" : ""}$${written(shown)}`;
}

/** An amount of any currency, by the same rule as one in USD: EUR 8.06. */
export function money(amount: string, currency: string, places = 0): string {
  const shown = usd(amount, places);
  return currency === "USD" ? shown : shown.replace("$", `${currency} `);
}

/** The decimals of a column of costs: the most that any of them needs. */
export function placesOf(amounts: (string | null | undefined)[]): number {
  return Math.max(0, ...amounts.map((amount) => (amount ? (usd(amount).split(".")[1]?.length ?? 0) : 0)));
}

/** A list price as published, with two decimals at least. */
export function price(amount: string): string {
  const value = read(amount);
  return `${value.negative ? "-" : ""}$${written(value.places < 2 ? round(value, 2) : value)}`;
}

/** A multiple to two decimals, so that a column of them lines up: 2.50x, 0.21x. */
export function times(ratio: string): string {
  const value = read(ratio);
  const shown = round(value, 2);
  return !shown.digits && value.digits ? "<0.01x" : `${written(shown)}x`;
}

/** A percentage that the API states, to one decimal. */
export function percent(text: string): string {
  const value = read(text);
  const shown = round(value, 1);
  if (!shown.digits && value.digits) return value.negative ? ">-0.1%" : "<0.1%";
  return `${value.negative && shown.digits ? "-" : ""}${written(shown)}%`;
}

/** A share from 0 to 1 as a percentage: the decimal point moves by two. */
export function share(text: string): string {
  const value = read(text);
  return percent(plain({ ...round(value, Math.max(value.places, 2)), places: Math.max(value.places, 2) - 2 }));
}

function plain(value: Digits): string {
  return (value.negative ? "-" : "") + written(value).replaceAll(",", "");
}

/** A whole number with thousands separators. */
export function count(number: number | string | bigint): string {
  const text = String(number);
  return /^\d+$/.test(text) ? grouped(text) : text;
}
