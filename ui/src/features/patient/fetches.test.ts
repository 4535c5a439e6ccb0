import { describe, expect, it } from "vitest";
import type { AccessView } from "../../backend/types";
import { fetches } from "./fetches";

const access = (change: Partial<AccessView>): AccessView => ({
  shareId: "s1",
  doctorName: "Dr Ada Example",
  doctorRole: "Cardiologist",
  organisation: "Example Clinic",
  category: "results",
  records: 1,
  time: 1000,
  purpose: "treatment",
  proof: "verified",
  spaceName: "Heart",
  ...change,
});

describe("visits", () => {
  it("joins what was fetched together and keeps every record and kind", () => {
    const [visit, ...rest] = fetches([
      access({ records: 3 }),
      access({ category: "vitals", records: 4, time: 950 }),
      access({ time: 990 }),
    ]);
    expect(rest).toEqual([]);
    expect(visit).toMatchObject({ kinds: ["results", "vitals"], records: 8, proved: true });
  });

  it("keeps other shares and other hours apart", () => {
    expect(
      fetches([access({}), access({ shareId: "s2" }), access({ shareId: "s2", time: 500 })]),
    ).toHaveLength(3);
  });

  it("is proved only if all of it is", () => {
    expect(fetches([access({}), access({ proof: "unproved" })])[0]?.proved).toBe(false);
  });
});
