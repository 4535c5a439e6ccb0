import { useDeed } from "../../app/queries";
import { invitation } from "../../backend";
import type { ClinicWarning } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Button } from "../../shared/components/Button";
import { Failure } from "../../shared/components/Failure";
import { Notice } from "../../shared/components/Notice";
import { failureWords } from "../../shared/failures";
import { fullDate } from "../../shared/format/dates";

/** What the clinic signed and what does not fit, until she puts it away. The proof of it is kept all the same. */
export function ClinicWarnings({ warnings }: { warnings: ClinicWarning[] }) {
  return warnings.map((warning) => <Warning key={warning.code} warning={warning} />);
}

function Warning({ warning: { code, found } }: { warning: ClinicWarning }) {
  const dismiss = useDeed(invitation.dismissWarning);
  const { what, mend } = failureWords({ code, params: {} });
  return (
    <Notice tone="danger" title={what}>
      <p>{mend}</p>
      <p className="soft small">{t("warning.found", { date: fullDate(found) })}</p>
      {dismiss.isError && <Failure error={dismiss.error} />}
      <Button
        icon="check"
        isPending={dismiss.isPending}
        onPress={() => {
          dismiss.mutate({ code });
        }}
      >
        {t("warning.dismiss")}
      </Button>
    </Notice>
  );
}
