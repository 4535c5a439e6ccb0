import { useAnswer } from "../../app/queries";
import { asAppError, doctor } from "../../backend";
import { t } from "../../locales/i18n";
import { Loaded } from "../../shared/components/Loaded";
import { Page } from "../../shared/components/Page";
import { fullMoment } from "../../shared/format/dates";
import { RecordDetail } from "../../shared/records/RecordDetail";
import { itemTitle } from "../../shared/records/words";
import { Banner } from "./Banner";
import { Over } from "./ChartPage";
import { isOver } from "./patientName";

/** One record of a shared chart, under the same banner. It goes as soon as the share does. */
export function DoctorRecordPage({ params }: { params: Record<string, string> }) {
  const share = params.share ?? "";
  const id = params.record ?? "";
  const home = useAnswer(["doctor-home"], doctor.home);
  const record = useAnswer(["doctor-record", share, id], () => doctor.record({ share, record: id }), {
    lent: true,
  });
  const row = home.data?.shares.find((each) => each.share === share);
  const code = record.error && asAppError(record.error)?.code;
  if (row && isOver(row)) return <Over row={row} state={row.state === "revoked" ? "revoked" : "ended"} />;
  if (code === "share-revoked" || code === "share-ended")
    return <Over state={code === "share-revoked" ? "revoked" : "ended"} />;
  return (
    <>
      {row && <Banner row={row} />}
      <Page
        heading={record.data ? itemTitle(record.data.record.item) : t("title.record")}
        back={{ to: `/patients/${encodeURIComponent(share)}`, label: t("record.backToChart") }}
      >
        <Loaded query={record}>
          {(known) => (
            <RecordDetail
              record={known.record}
              extra={[{ label: t("record.received"), value: fullMoment(known.received) }]}
            />
          )}
        </Loaded>
      </Page>
    </>
  );
}
