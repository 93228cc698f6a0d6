import "./style.css";
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { type Config, get } from "./api";
import { Calculator } from "./calculator";
import { lastOf, readAddress, remember } from "./hash";
import { Problem } from "./parts";
import { Prices } from "./prices";
import { ReportView } from "./report";
import { signIn, type SignedIn } from "./sign-in";

const VIEWS = [
  ["", "Calculator"],
  ["report", "Report"],
  ["prices", "Prices"],
] as const;

function useAddress() {
  const [now, setNow] = useState(() => readAddress(location.hash));
  useEffect(() => {
    // The view that is left may have written its own address by now: the new one is the event's.
    const changed = ({ newURL }: HashChangeEvent) => {
      const { hash } = new URL(newURL);
      remember(hash);
      setNow(readAddress(hash));
    };
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return now;
}

function Page({ config, user }: { config: Config; user: SignedIn | null }) {
  const { path, query } = useAddress();
  const view = path.split("/")[0] ?? "";
  const title = VIEWS.find(([to]) => to === view)?.[1] ?? "Not found";
  useEffect(() => {
    document.title = `${title} · Tariff`;
  }, [title]);
  return (
    <>
      <a
        class="skip"
        href="#content"
        onClick={(event) => {
          event.preventDefault(); // the fragment is the page's address
          document.getElementById("content")?.focus();
        }}
      >
        Skip to the content
      </a>
      <header>
        <a class="brand" href={lastOf("")}>
          Tariff
        </a>
        <nav aria-label="Main">
          {VIEWS.map(([to, label]) => (
            <a key={to} href={view === to ? `#/${to}` : lastOf(to)} aria-current={view === to ? "page" : undefined}>
              {label}
            </a>
          ))}
          {/* In a tab of its own, which a signed-in person's token is copied to: the work here stays. */}
          <a href="/docs" target="_blank" rel="opener" title="Opens in a new tab">
            API<span class="wide"> reference</span>
          </a>
        </nav>
        {user && (
          <button type="button" class="quiet" onClick={() => void user.signOut()}>
            Sign out {user.name}
          </button>
        )}
      </header>
      <main id="content" tabIndex={-1}>
        {view === "" ? (
          <Calculator config={config} query={query} />
        ) : view === "report" ? (
          <ReportView />
        ) : view === "prices" ? (
          <Prices key={path} path={path} query={query} config={config} />
        ) : (
          <p>
            There is no such page. <a href="#/">Go to the calculator</a>
          </p>
        )}
      </main>
    </>
  );
}

async function start(root: HTMLElement) {
  try {
    const config = await get<Config>("/config.json");
    render(<Page config={config} user={await signIn(config)} />, root);
  } catch (error) {
    render(
      <main>
        <h1>Tariff</h1>
        <Problem error={error} />
      </main>,
      root,
    );
  }
}

void start(document.getElementById("page")!);
