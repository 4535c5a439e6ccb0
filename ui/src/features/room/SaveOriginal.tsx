import { useDeed } from "../../app/queries";
import { patient } from "../../backend";
import { t } from "../../locales/i18n";
import { Button } from "../../shared/components/Button";
import { Failure } from "../../shared/components/Failure";
import { toast } from "../../shared/components/Toast";
import { saveWords } from "../../shared/dialogWords";

/** What is kept as it came, given back as a file: the way out where it cannot be shown. */
export function SaveOriginal({ id, name }: { id: string; name: string }) {
  const give = useDeed(patient.importExportOriginal, (bytes) => {
    if (bytes !== null) toast(t("report.originalSaved", { name }));
  });
  return (
    <>
      {give.isError && <Failure error={give.error} />}
      <div className="actions screen-only">
        <Button
          icon="download"
          isPending={give.isPending}
          onPress={() => {
            give.mutate({ of: { kind: "record", id }, dialog: saveWords("original") });
          }}
        >
          {t("report.original")}
        </Button>
      </div>
    </>
  );
}
