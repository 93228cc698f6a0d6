/** A request as code to copy. */

export type Language = "curl" | "Python" | "TypeScript";
export type Call = { method: string; url: string; body?: unknown };

export const LANGUAGES: Language[] = ["curl", "Python", "TypeScript"];

/** How the answer is shown by the code: as it is, unless the caller knows its fields. */
type Shown = { python: string[]; typescript: string[] };

const WHOLE: Shown = { python: ["print(json.dumps(answer, indent=2))"], typescript: ["console.log(answer);"] };

/** An exact decimal is a string of the answer, and stays one. */
export const ROWS: Shown = {
  python: ['for row in answer["rows"]:', '    print(row["model"]["id"], Decimal(row["per_call_usd"]))'],
  typescript: ["for (const row of answer.rows) {", "  console.log(row.model.id, row.per_call_usd);", "}"],
};

export const CHANGES: Shown = {
  python: ['for change in answer["what_if"]:', '    print(change["name"], Decimal(change["total_usd"]), Decimal(change["saves_usd"]))'],
  typescript: ["for (const change of answer.what_if) {", "  console.log(change.name, change.total_usd, change.saves_usd);", "}"],
};

export function snippet(language: Language, { method, url, body }: Call, shown: Shown = WHOLE): string {
  const json = body === undefined ? "" : JSON.stringify(body, null, 2);
  if (language === "curl") {
    const sent = json && ` \\\n  -H 'content-type: application/json' \\\n  -d '${json.replaceAll("'", "'\\''")}'`;
    return `curl -s '${url}'${sent}`;
  }
  if (language === "Python") {
    return [
      "import json",
      ...(shown !== WHOLE ? ["from decimal import Decimal"] : []),
      "from urllib.request import Request, urlopen",
      "",
      // Valid JSON never holds three quotes in a row, so it can stand in a raw string as it is.
      ...(json ? [`body = json.loads(r"""${json}""")`] : []),
      "request = Request(",
      `    "${url}",`,
      `    method="${method}",`,
      ...(json ? ["    data=json.dumps(body).encode(),", '    headers={"content-type": "application/json"},'] : []),
      ")",
      "answer = json.load(urlopen(request))",
      ...shown.python,
    ].join("\n");
  }
  return [
    `const response = await fetch("${url}", {`,
    `  method: "${method}",`,
    ...(json ? ['  headers: { "content-type": "application/json" },', `  body: JSON.stringify(${json.replaceAll("\n", "\n  ")}),`] : []),
    "});",
    "const answer = await response.json();",
    ...shown.typescript,
  ].join("\n");
}
