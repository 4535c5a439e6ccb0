import { useState } from "react";
import type { AttachmentView, RoomScope } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Button, ButtonLink } from "../components/Button";
import { Section } from "../components/Page";
import { recordDate } from "../format/dates";
import { sizeWords } from "../format/sizes";
import { DocumentReader } from "./DocumentReader";

/** The documents of a record, each with the way to read it. */
export function Attachments({
  scope,
  recordId,
  attachments,
  to,
}: {
  scope: RoomScope;
  recordId: string;
  attachments: AttachmentView[];
  /** Address of the n-th document, where it has a page of its own; else it is read in place. */
  to?: (index: number) => string;
}) {
  return (
    <Section heading={t("doc.heading")}>
      <ul className="list">
        {attachments.map((attachment) => (
          <Attachment
            key={attachment.path}
            scope={scope}
            recordId={recordId}
            attachment={attachment}
            {...(to ? { to: to(attachment.index) } : {})}
          />
        ))}
      </ul>
    </Section>
  );
}

/** What it is in words, as the reader says it; a type nobody here knows stays as it is written. */
function typeWords(type: string | null): string | null {
  const [kind] = kinds.find(([, of]) => type !== null && of.test(type)) ?? [];
  return kind ? t(`doc.kind.${kind}`) : type;
}

const kinds = [
  ["pdf", /^application\/pdf\b/i],
  ["dicom", /^application\/dicom\b/i],
  ["picture", /^image\//i],
  ["text", /^text\/(plain|html)\b/i],
] as const;

function Attachment({
  scope,
  recordId,
  attachment,
  to,
}: {
  scope: RoomScope;
  recordId: string;
  attachment: AttachmentView;
  to?: string;
}) {
  const [open, setOpen] = useState(false);
  // An address inside the chart ("Binary/7") may be found in the chart; nothing is ever fetched.
  const readable = attachment.inline || (attachment.url !== null && !/^[a-z]+:\/\//i.test(attachment.url));
  const title = attachment.title ?? t("doc.untitled");
  return (
    <li className="list-item no-icon">
      <div className="list-main">
        <span className="list-title">{title}</span>
        <span className="soft small">
          {[
            typeWords(attachment.contentType),
            attachment.bytes !== null && sizeWords(attachment.bytes),
            attachment.created && recordDate(attachment.created),
          ]
            .filter(Boolean)
            .join(" · ")}
        </span>
        {!attachment.inline && attachment.url !== null && (
          <span className="soft small wrap-anywhere">{t("doc.elsewhere", { url: attachment.url })}</span>
        )}
        {open && (
          <DocumentReader
            at={{ scope, recordId, index: attachment.index }}
            lang={attachment.language ?? undefined}
          />
        )}
      </div>
      {readable &&
        (to ? (
          <ButtonLink to={to} icon="documents">
            {t("doc.open")}
          </ButtonLink>
        ) : (
          <Button
            icon="documents"
            aria-expanded={open}
            onPress={() => {
              setOpen(!open);
            }}
          >
            {t(open ? "doc.close" : "doc.open")}
          </Button>
        ))}
    </li>
  );
}
