import { useState } from "react";
import type { RecordView } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Stale } from "../../shared/components/Loaded";
import { DocumentReader } from "../../shared/documents/DocumentReader";
import { recordLanguage } from "../../shared/records/language";
import { itemTitle } from "../../shared/records/words";
import { Beside, type Besides } from "./Beside";
import { useRoom, useRoomLinks } from "./context";
import { knownItem, useRecord } from "./queries";
import { RoomPage } from "./RoomPage";

/** A document of a record, on a page of its own, and another one beside it where that is wanted. */
export function DocumentPlace({ id, n }: { id: string; n: number }) {
  const { scope } = useRoom();
  const to = useRoomLinks();
  const record = useRecord(id);
  const [beside, setBeside] = useState<Besides>();
  const own = { scope, recordId: id, index: n };
  const item = record.data?.record.item ?? (record.isPending ? knownItem(scope, id) : undefined);
  const title = item && itemTitle(item);
  return (
    <RoomPage
      heading={title ?? t("title.document")}
      {...(record.data ? { visibility: record.data.visibility } : {})}
      back={{ to: to({ at: "record", id }), label: t("doc.backToRecord") }}
    >
      <Stale queries={[record]} />
      <DocumentReader
        at={own}
        lang={record.data && documentLanguage(record.data.record, n)}
        choose={<Beside own={own} record={record.data?.record.item} value={beside} onChange={setBeside} />}
        {...(beside ? { beside: beside.at } : {})}
      />
    </RoomPage>
  );
}

/** Its own language, else that of its record. */
const documentLanguage = (record: RecordView, n: number): string | undefined =>
  record.attachments.find((each) => each.index === n)?.language ?? recordLanguage(record.source);
