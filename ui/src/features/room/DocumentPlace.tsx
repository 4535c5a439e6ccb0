import { useState } from "react";
import type { ItemQuery, RecordView } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Choose } from "../../shared/documents/Choose";
import { DocumentReader } from "../../shared/documents/DocumentReader";
import type { DocumentAt } from "../../shared/documents/types";
import { recordLanguage } from "../../shared/records/language";
import { itemTitle } from "../../shared/records/words";
import { useRoom, useRoomLinks } from "./context";
import { noQuery, useItems, useRecord } from "./queries";
import { RoomPage } from "./RoomPage";

/** A document of a record, on a page of its own, and another one beside it where that is wanted. */
export function DocumentPlace({ id, n }: { id: string; n: number }) {
  const { scope } = useRoom();
  const to = useRoomLinks();
  const record = useRecord(id);
  const [beside, setBeside] = useState("");
  const title = record.data && itemTitle(record.data.record.item);
  return (
    <RoomPage
      heading={title ?? t("title.document")}
      {...(record.data ? { visibility: record.data.visibility } : {})}
      back={{ to: to({ at: "record", id }), label: t("doc.backToRecord") }}
    >
      <DocumentReader
        at={{ scope, recordId: id, index: n }}
        lang={record.data && documentLanguage(record.data.record, n)}
        choose={<Beside own={{ scope, recordId: id, index: n }} value={beside} onChange={setBeside} />}
        {...(beside === "" ? {} : { beside: JSON.parse(beside) as DocumentAt })}
      />
    </RoomPage>
  );
}

/** Its own language, else that of its record. */
const documentLanguage = (record: RecordView, n: number): string | undefined =>
  record.attachments.find((each) => each.index === n)?.language ?? recordLanguage(record.source);

/** The newest documents of the chart. */
const letters: ItemQuery = { ...noQuery, categories: ["documents"], limit: 100 };

/** Which other document stands beside this one. */
function Beside({
  own,
  value,
  onChange,
}: {
  own: DocumentAt;
  value: string;
  onChange: (value: string) => void;
}) {
  const documents = useItems(letters);
  const others = (documents.data?.items ?? []).filter(
    (item) => item.attachments > 0 && item.id !== own.recordId,
  );
  return (
    <Choose
      label={t("doc.beside")}
      value={value}
      onChange={onChange}
      options={[
        { value: "", label: t("doc.besideNothing") },
        { value: JSON.stringify(own), label: t("doc.besideSame") },
        ...others.map((item) => ({
          value: JSON.stringify({ scope: own.scope, recordId: item.id, index: 0 } satisfies DocumentAt),
          label: itemTitle(item),
        })),
      ]}
    />
  );
}
