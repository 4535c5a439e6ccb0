import { useAnswer } from "../../app/queries";
import { patient } from "../../backend";
import { t } from "../../locales/i18n";
import { Loaded } from "../../shared/components/Loaded";
import { Page } from "../../shared/components/Page";
import { fullDate } from "../../shared/format/dates";
import { RecordDetail } from "../../shared/records/RecordDetail";
import { itemTitle } from "../../shared/records/words";

/** One record of her own. */
export function RecordPage({ params }: { params: Record<string, string> }) {
  const id = params.id ?? "";
  const record = useAnswer(["record", id], () => patient.record({ id }));
  return (
    <Page
      heading={record.data ? itemTitle(record.data.record.item) : t("title.record")}
      visibility={record.data?.visibility}
      back={{ to: "/records", label: t("records.heading") }}
    >
      <Loaded query={record}>
        {(known) => (
          <RecordDetail
            record={known.record}
            extra={[
              { label: t("record.sourceFile"), value: known.sourceName },
              { label: t("record.imported"), value: fullDate(known.received) },
            ]}
          />
        )}
      </Loaded>
    </Page>
  );
}
