import { render, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { startLanguage } from "../../locales/i18n";
import userEvent from "@testing-library/user-event";
import { Button } from "./Button";
import { Decision, useReason } from "./Decision";
import { DialogBody } from "./Dialog";
import { DateField, noDate } from "./Fields";
import { Strip } from "./Strip";
import { PassphraseFields, noPassphrase } from "./Passphrase";
import { Whole, pathPieces } from "./Whole";

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

describe("a dialog", () => {
  const shown = () =>
    render(
      <DialogBody heading="Stop sharing?" actions={<Button>Stop</Button>}>
        <p>What follows.</p>
      </DialogBody>,
    );

  it("that is longer than the window scrolls by keyboard, and its answers stay outside", () => {
    const height = vi.spyOn(Element.prototype, "scrollHeight", "get").mockReturnValue(900);
    shown();
    const words = screen.getByRole("group", { name: "Stop sharing?" });
    expect(words.tabIndex).toBe(0);
    expect(within(words).getByText("What follows.")).toBeTruthy();
    expect(within(words).queryByRole("button")).toBeNull();
    height.mockRestore();
  });

  it("that fits has no place more to stop at", () => {
    shown();
    expect(screen.queryByRole("group")).toBeNull();
  });

  it("leads to the answer that is missing", async () => {
    function Asking() {
      const { field, reason } = useReason();
      const deed = { mutate: nothing, isPending: false, isError: false, error: null };
      return (
        <Decision
          verb="Withdraw"
          icon="cross"
          heading="Withdraw it?"
          confirm="Withdraw it now"
          keep="Leave it"
          deed={deed}
          input={reason}
        >
          {field}
        </Decision>
      );
    }
    render(<Asking />);
    await userEvent.click(screen.getByRole("button", { name: "Withdraw" }));
    await userEvent.click(screen.getByRole("button", { name: "Withdraw it now" }));
    await vi.waitFor(() => {
      expect(document.activeElement).toBe(screen.getByRole("textbox"));
    });
  });
});

describe("a strip", () => {
  const shown = () =>
    render(
      <Strip icon="clock" onPaper="">
        Long words.
      </Strip>,
    );

  it("whose words are cut shows all of them, and less again", async () => {
    const height = vi.spyOn(Element.prototype, "scrollHeight", "get").mockReturnValue(90);
    shown();
    const more = screen.getByRole("button", { name: "Show all of it" });
    expect(more.ariaExpanded).toBe("false");
    height.mockRestore();
    await userEvent.click(more);
    expect(more.closest(".offline-whole")).not.toBeNull();
    expect(screen.getByRole("button", { name: "Show less" }).ariaExpanded).toBe("true");
  });

  it("that is seen whole has no button for the rest", () => {
    shown();
    expect(screen.queryByRole("button")).toBeNull();
  });
});

describe("text with pieces that are not broken", () => {
  const wholes = (text: string, pieces: string[]) => {
    const { container } = render(<Whole text={text} pieces={pieces} />);
    expect(container.textContent).toBe(text);
    return [...container.querySelectorAll(".whole")].map((each) => each.textContent);
  };

  it("keeps folders, names and the parts of a date, in the words as they are", () => {
    const path = pathPieces("records-2026/old/bundle-1.json");
    expect(path).toEqual(["records-2026/", "old/", "bundle-1.json"]);
    expect(
      wholes("From records-2026/old/bundle-1.json, received on 27 November 2026", [
        ...path,
        "27 November 2026",
      ]),
    ).toEqual([...path, "27 November 2026"]);
  });

  it("breaks what is longer than a column, and leaves alone what does not stand in the text", () => {
    const long = "a-very-long-name-of-a-file-2026.json";
    expect(wholes(`From ${long}`, [long, "elsewhere", ""])).toEqual([]);
  });
});
