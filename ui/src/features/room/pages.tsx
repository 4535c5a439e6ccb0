import type { RoomPlace } from "./address";
import { OwnRoom, ShareRoom } from "./Room";

interface PageProps {
  params: Record<string, string>;
}

type Make = (params: Record<string, string>) => RoomPlace;

const own = (make: Make) =>
  function OwnPage({ params }: PageProps) {
    return <OwnRoom place={make(params)} />;
  };

const shared = (make: Make) =>
  function SharedPage({ params }: PageProps) {
    return <ShareRoom share={params.share ?? ""} place={make(params)} />;
  };

const trend: Make = (params) => ({ at: "trend", analyte: params.analyte ?? "" });
const record: Make = (params) => ({ at: "record", id: params.record ?? params.id ?? "" });
const document: Make = (params) => ({
  at: "document",
  id: params.record ?? params.id ?? "",
  n: Number(params.n) || 0,
});

/** The screens of the reading room in a patient's window. */
export const ownPages = {
  summary: own(() => ({ at: "summary" })),
  timeline: own(() => ({ at: "timeline" })),
  results: own(() => ({ at: "results" })),
  trend: own(trend),
  comparison: own(() => ({ at: "comparison" })),
  medicines: own(() => ({ at: "medicines" })),
  documents: own(() => ({ at: "documents" })),
  search: own(() => ({ at: "search" })),
  sheet: own(() => ({ at: "sheet" })),
  record: own(record),
  document: own(document),
};

/** The same in a doctor's window. */
export const sharedPages = {
  summary: shared(() => ({ at: "summary" })),
  timeline: shared(() => ({ at: "timeline" })),
  results: shared(() => ({ at: "results" })),
  trend: shared(trend),
  comparison: shared(() => ({ at: "comparison" })),
  medicines: shared(() => ({ at: "medicines" })),
  documents: shared(() => ({ at: "documents" })),
  search: shared(() => ({ at: "search" })),
  sheet: shared(() => ({ at: "sheet" })),
  record: shared(record),
  document: shared(document),
};
