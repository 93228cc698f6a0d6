/** The comparison as code to copy: the same request that the page sent. */

export type Language = "curl" | "Python" | "TypeScript";

export function snippet(language: Language, server: string, path: string, body: unknown): string {
  const json = JSON.stringify(body, null, 2);
  if (language === "curl") {
    const quoted = json.replaceAll("'", "'\\''");
    return `curl -s '${server}${path}' \\\n  -H 'content-type: application/json' \\\n  -d '${quoted}'`;
  }
  if (language === "Python") {
    return [
      "import json",
      "from decimal import Decimal",
      "from urllib.request import Request, urlopen",
      "",
      // Valid JSON never holds three quotes in a row, so it can stand in a raw string as it is.
      `body = json.loads(r"""${json}""")`,
      "request = Request(",
      `    "${server}${path}",`,
      "    data=json.dumps(body).encode(),",
      '    headers={"content-type": "application/json"},',
      ")",
      "answer = json.load(urlopen(request))",
      'for row in answer["rows"]:',
      '    print(row["model"]["id"], Decimal(row["per_call_usd"]))',
    ].join("\n");
  }
  return [
    `const response = await fetch("${server}${path}", {`,
    '  method: "POST",',
    '  headers: { "content-type": "application/json" },',
    `  body: JSON.stringify(${json.replaceAll("\n", "\n  ")}),`,
    "});",
    "const answer = await response.json();",
    "for (const row of answer.rows) {",
    "  console.log(row.model.id, row.per_call_usd); // an exact decimal, as a string",
    "}",
  ].join("\n");
}
