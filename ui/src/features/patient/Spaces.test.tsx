import { act, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { App } from "../../app/App";
import { forget } from "../../app/queries";
import { fakeTransport } from "../../backend/fake";
import { wanted } from "../../backend/fake/wanted";
import { setTransportForTests } from "../../backend/transport";
import { t } from "../../locales/i18n";

it("says where the anonymity of a space without a name is thin, and of one with a name nothing", async () => {
  setTransportForTests(fakeTransport());
  forget();
  Object.assign(wanted, { window: "patient", state: "full" });
  window.location.hash = "/spaces";
  await act(async () => {
    render(<App />);
    await Promise.resolve();
  });
  // Two spaces, one of them under a made-up name.
  const asked = await screen.findAllByRole("button", { name: t("spaces.private") });
  expect(asked.length).toBe(1);
  await userEvent.click(asked[0] as HTMLElement);
  for (const key of ["apart", "times", "atOnce", "oneComputer", "few", "setUpKey"] as const)
    expect(screen.getByText(t(`spaces.private.${key}`))).toBeTruthy();
  expect(screen.getByText(t("spaces.private.alike", { name: "Heart" }))).toBeTruthy();
});
