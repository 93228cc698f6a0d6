import { describe, expect, it } from "vitest";
import { count, percent, placesOf, price, share, times, usd } from "../src/money";

describe("a cost", () => {
  it.each([
    ["0", "$0.00"],
    ["0.000000123456", "$0.0000001235"],
    ["0.00301125", "$0.003011"],
    ["0.5", "$0.50"],
    ["0.99994", "$0.9999"],
    ["0.99996", "$1.00"], // rounds up to a dollar, and is then shown in cents
    ["1", "$1.00"],
    ["1.005", "$1.00"], // half to even
    ["1.015", "$1.02"],
    ["1234567.891", "$1,234,567.89"],
    ["-8.55", "-$8.55"],
    ["999999999999999999999.995", "$1,000,000,000,000,000,000,000.00"], // beyond a float's digits
  ])("%s is shown as %s", (amount, shown) => expect(usd(amount)).toBe(shown));
  it("that is not a decimal is refused", () => expect(() => usd("1e3")).toThrow(RangeError));
});

it("a column of costs has one number of decimals below $1, with digits of its own", () => {
  const column = ["0.0123456", "0.5", "0.000123456", "12.3"];
  expect(placesOf(column)).toBe(7);
  expect(column.map((amount) => usd(amount, placesOf(column)))).toEqual(["$0.0123456", "$0.5000000", "$0.0001235", "$12.30"]);
  expect(placesOf([null, "3"])).toBe(2);
});

describe("a list price", () => {
  it.each([
    ["3", "$3.00"],
    ["0.0375", "$0.0375"],
    ["1000", "$1,000.00"],
  ])("%s is shown as %s, exactly", (amount, shown) => expect(price(amount)).toBe(shown));
});

describe("a ratio", () => {
  it.each([
    ["1", "1.00x"],
    ["0.416666666667", "0.42x"],
    ["0.005", "<0.01x"],
    ["0.0051", "0.01x"],
    ["0", "0.00x"],
    ["12.345", "12.34x"],
  ])("%s is shown as %s", (ratio, shown) => expect(times(ratio)).toBe(shown));
  it.each([
    ["27.666666666667", "27.7%"],
    ["-50", "-50.0%"],
    ["0.04", "<0.1%"],
    ["0", "0.0%"],
  ])("of %s percent is shown as %s", (text, shown) => expect(percent(text)).toBe(shown));
  it.each([
    ["0.3275", "32.8%"],
    ["1", "100.0%"],
    ["0.5", "50.0%"],
  ])("with a share of %s is shown as %s", (text, shown) => expect(share(text)).toBe(shown));
});

it("a count has thousands separators", () => expect(count(1234567)).toBe("1,234,567"));
