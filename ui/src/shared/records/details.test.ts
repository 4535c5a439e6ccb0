import { describe, expect, it } from "vitest";
import type { Detail, DosePart } from "../../backend/types";
import { startLanguage } from "../../locales/i18n";
import { detailWords } from "./details";

const every = (
  period: string,
  unit: string,
  more: Partial<Extract<DosePart, { kind: "every" }>> = {},
): DosePart => ({
  kind: "every",
  times: "1",
  timesTo: null,
  period,
  periodTo: null,
  unit,
  ...more,
});

const dose = (...parts: DosePart[]): Detail => ({ dose: parts });

describe("how to take a medicine", () => {
  it("is put together in the reader's language, and what the sender wrote stays", async () => {
    const whole = dose(
      { kind: "words", text: "500 mg" },
      every("8", "h"),
      { kind: "when", code: "HS" },
      { kind: "asNeeded", what: "Pain" },
    );
    await startLanguage("en");
    expect(detailWords(whole)).toBe("500 mg, every 8 hours, at bedtime, as needed: Pain");
    expect(detailWords("one as needed")).toBe("one as needed");
    await startLanguage("es");
    expect(detailWords(whole)).toBe("500 mg, cada 8 horas, al acostarse, si hace falta: Pain");
    expect(detailWords("one as needed")).toBe("one as needed");
    await startLanguage("zh");
    expect(detailWords(whole)).toBe("500 mg，每 8 小时，睡前，需要时：Pain");
  });

  it("says one of a unit, a range, several times, days, and codes nobody knows as written", async () => {
    await startLanguage("en");
    expect(detailWords(dose(every("1", "d")))).toBe("every day");
    expect(detailWords(dose(every("4", "h", { periodTo: "6" })))).toBe("every 4 to 6 hours");
    expect(detailWords(dose(every("1", "d", { times: "2" })))).toBe("2 times every day");
    expect(detailWords(dose(every("1", "d", { times: "1", timesTo: "3" })))).toBe("1 to 3 times every day");
    expect(detailWords(dose(every("1.5", "wk")))).toBe("every 1.5 weeks");
    expect(detailWords(dose({ kind: "days", days: ["mon", "fri"] }))).toBe("on Monday, Friday");
    expect(detailWords(dose(every("3", "fortnight"), { kind: "when", code: "TEA" }))).toBe(
      "1 / 3 fortnight, TEA",
    );
  });

  it("comes with terms of FHIR in words", async () => {
    await startLanguage("es");
    expect(detailWords({ term: "severity", code: "severe" })).toBe("grave");
    expect(detailWords({ term: "criticality", code: "unable-to-assess" })).toBe("Riesgo desconocido");
    expect(detailWords({ term: "severity", code: "awful" })).toBe("awful");
  });
});
