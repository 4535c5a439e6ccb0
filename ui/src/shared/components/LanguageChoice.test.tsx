import { act, configure, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it } from "vitest";
import { App } from "../../app/App";
import { forget } from "../../app/queries";
import { fakeTransport } from "../../backend/fake";
import { wanted } from "../../backend/fake/wanted";
import { setTransportForTests } from "../../backend/transport";
import { startLanguage } from "../../locales/i18n";

configure({ asyncUtilTimeout: 8_000 });

afterEach(async () => {
  window.localStorage.clear();
  await startLanguage("en");
});

describe("the choice of the language", () => {
  it("goes on from language to language by arrow keys, though each draws the window anew", async () => {
    forget();
    setTransportForTests(fakeTransport());
    Object.assign(wanted, { window: "patient", state: "full" });
    window.location.hash = "/settings";
    await act(async () => {
      render(<App />);
      await Promise.resolve();
    });
    const user = userEvent.setup();
    await user.click(await screen.findByRole("radio", { name: "English" }));
    await user.keyboard("{ArrowDown}");
    await screen.findByRole("heading", { level: 1, name: "Ajustes" });
    await waitFor(() => {
      expect(document.activeElement).toBe(screen.getByRole("radio", { name: "Español" }));
    });
    await user.keyboard("{ArrowDown}");
    await screen.findByRole("heading", { level: 1, name: "设置" });
    await waitFor(() => {
      expect(document.activeElement).toBe(screen.getByRole("radio", { name: "简体中文" }));
    });
  });
});
