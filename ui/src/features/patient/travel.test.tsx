import { act, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";
import { App } from "../../app/App";
import { forget } from "../../app/queries";
import type * as T from "../../backend/types";
import { fakeTransport } from "../../backend/fake";
import { wanted } from "../../backend/fake/wanted";
import { setTransportForTests } from "../../backend/transport";
import { t } from "../../locales/i18n";
import { fullDate } from "../../shared/format/dates";

const by = 1_796_256_000;

/** A patient's window at a place, with some answers of one's own; gives what was asked. */
async function open(place: string, answers: Record<string, unknown> = {}) {
  const fake = fakeTransport();
  const asked: [string, unknown][] = [];
  setTransportForTests({
    ...fake,
    call: async (command, args) => {
      asked.push([command, args]);
      const answer = await fake.call(command, args);
      const change = answers[command];
      return typeof change === "function" ? (change(answer) as unknown) : (change ?? answer);
    },
  });
  forget();
  Object.assign(wanted, { window: "patient", state: "full" });
  window.location.hash = place;
  await act(async () => {
    render(<App />);
    await Promise.resolve();
  });
  return asked;
}

/** The invented backend remembers what was chosen. */
afterEach(async () => {
  await fakeTransport().call("travel_write", { travel: "atOnce" });
});

it("lets a patient choose how quickly things travel, and says what each means", async () => {
  const asked = await open("/settings");
  expect(await screen.findByText(t("travel.atOnceMeans"))).toBeTruthy();
  await userEvent.click(screen.getByRole("radio", { name: t("travel.apart") }));
  expect(asked).toContainEqual(["travel_write", { travel: "apart" }]);
  for (const key of ["apartMeans", "apartNew", "apartEnds"] as const)
    expect(await screen.findByText(t(`travel.${key}`))).toBeTruthy();
});

it("shows what waits in a space, until when, and what sending it now gives away", async () => {
  const waits = (persona: boolean): T.SpaceWaits => ({ by, persona });
  const asked = await open("/spaces", {
    spaces: (spaces: T.SpaceView[]) =>
      spaces.map((space, n) => ({
        ...space,
        waits: waits(n === 1),
        anonymity: { ...space.anonymity, apart: true },
      })),
  });
  expect(await screen.findByText(t("spaces.waits", { date: fullDate(by) }))).toBeTruthy();
  expect(screen.getByText(t("spaces.waitsPersona", { date: fullDate(by) }))).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: t("spaces.private") }));
  expect(screen.getByText(t("spaces.private.timesApart"))).toBeTruthy();
  expect(screen.queryByText(t("spaces.private.times"))).toBeNull();
  const now = screen.getAllByRole("button", { name: t("spaces.sendNow") });
  await userEvent.click(now[1] as HTMLElement);
  const dialog = await screen.findByRole("alertdialog");
  expect(within(dialog).getByText(t("spaces.sendNowWhy"))).toBeTruthy();
  expect(within(dialog).getByText(t("spaces.sendNowPersona"))).toBeTruthy();
  expect(asked.some(([command]) => command === "space_send_now")).toBe(false);
  await userEvent.click(within(dialog).getByRole("button", { name: t("spaces.sendNow") }));
  await vi.waitFor(() => {
    expect(asked.find(([command]) => command === "space_send_now")).toBeTruthy();
  });
});

it("says that taking access away does not wait, and why a share has not gone yet", async () => {
  await open("/sharing/s1", {
    travel_read: "apart",
    share: (share: T.ShareView) => ({ ...share, state: "pending", waiting: 0 }),
  });
  expect(await screen.findByText(t("share.waitsApart"))).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: t("stop.verb") }));
  expect(await screen.findByText(t("stop.atOnce"))).toBeTruthy();
});

it("says of a backup at the relay by when it has its turn", async () => {
  await open("/settings/recovery", {
    recovery_status: (view: T.RecoveryView) => ({ ...view, relay: { ...view.relay, on: true, by } }),
  });
  expect(await screen.findByText(t("backup.relayApart", { date: fullDate(by) }))).toBeTruthy();
});
