import { render, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { startLanguage } from "../../locales/i18n";
import { Button } from "./Button";
import { DateField, noDate } from "./Fields";
import { PassphraseFields, noPassphrase } from "./Passphrase";

const nothing = () => undefined;

afterEach(() => startLanguage("en"));

describe("a date that is typed in", () => {
  const labels = () => {
    render(<DateField label="?" value={noDate} onChange={nothing} />);
    return screen.getAllByRole("textbox").map((part) => part.getAttribute("aria-labelledby") ?? "");
  };
  const words = (ids: string[]) => ids.map((id) => document.getElementById(id)?.textContent);

  it("begins with the day in English and with the year in Chinese", async () => {
    expect(words(labels())).toEqual(["Day", "Month", "Year"]);
    document.body.replaceChildren();
    await startLanguage("zh");
    expect(words(labels())).toEqual(["年", "月", "日"]);
  });
});

describe("a button", () => {
  it.each([
    ["add", true],
    ["back", true],
    ["forward", false],
  ] as const)("has its sign %s before its word: %s", (icon, before) => {
    render(<Button icon={icon}>Word</Button>);
    const [first] = screen.getByRole("button").children;
    expect(first?.tagName === "svg").toBe(before);
  });
});

describe("a passphrase", () => {
  it("is asked about where it is one of several things, and not where one came for it", () => {
    const value = { ...noPassphrase, wanted: true };
    const asked = render(<PassphraseFields value={value} onChange={nothing} tried={false} />);
    expect(within(asked.container).queryByRole("checkbox")).not.toBeNull();
    const alone = render(
      <PassphraseFields value={value} onChange={nothing} tried={false} optional={false} />,
    );
    expect(within(alone.container).queryByRole("checkbox")).toBeNull();
  });
});
