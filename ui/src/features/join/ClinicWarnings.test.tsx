import { act, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { App } from "../../app/App";
import { forget } from "../../app/queries";
import type * as T from "../../backend/types";
import { fakeTransport } from "../../backend/fake";
import { wanted } from "../../backend/fake/wanted";
import { setTransportForTests } from "../../backend/transport";
import { t } from "../../locales/i18n";

const cases: [T.Role, string, T.ErrorCode][] = [
  ["doctor", "doctor_home", "letter-epoch-differs"],
  ["doctor", "doctor_home", "letter-epoch-irregular"],
  ["patient", "patient_home", "credential-epoch-differs"],
];

it.each(cases)(
  "tells a %s of a clinic's second word (%s, %s) until it is put away",
  async (role, home, code) => {
    const fake = fakeTransport();
    let warnings: T.ClinicWarning[] = [{ code, found: 1_796_256_000 }];
    const dismissed: unknown[] = [];
    setTransportForTests({
      ...fake,
      call: async (command, args) => {
        if (command === "warning_dismiss") {
          dismissed.push(args);
          warnings = [];
          return null;
        }
        const answer = await fake.call(command, args);
        return command === home ? { ...(answer as object), warnings } : answer;
      },
    });
    forget();
    Object.assign(wanted, { window: role, state: "full" });
    window.location.hash = "/";
    await act(async () => {
      render(<App />);
      await Promise.resolve();
    });
    expect(await screen.findByText(t(`error.${code}.what`))).toBeTruthy();
    expect(screen.getByText(t(`error.${code}.mend`))).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: t("warning.dismiss") }));
    expect(dismissed).toEqual([{ code }]);
    await vi.waitFor(() => {
      expect(screen.queryByText(t(`error.${code}.what`))).toBeNull();
    });
  },
);
