import { useMutation } from "@tanstack/react-query";
import { t } from "../../locales/i18n";
import { common } from "../../backend";
import { announce } from "../announce";
import { Button } from "./Button";
import { Failure } from "./Failure";

type Text = string | (() => Promise<string>);

/**
 * Copies a text the person sees, or one that is gathered first; says so in words and to screen readers. The core puts it
 * on the clipboard and takes it away again on lock.
 */
export function CopyButton({ text, children }: { text: Text; children: string }) {
  const copy = useMutation({
    mutationFn: async (wanted: Text) =>
      common.textCopy({ text: typeof wanted === "string" ? wanted : await wanted() }),
    networkMode: "always",
    onSuccess: () => {
      announce(t("action.copied"));
    },
  });
  // Another text has not been copied yet.
  const copied = copy.isSuccess && (typeof text !== "string" || copy.variables === text);
  return (
    <>
      <Button
        icon={copied ? "check" : "copy"}
        isPending={copy.isPending}
        onPress={() => {
          copy.mutate(text);
        }}
      >
        {copied ? t("action.copied") : children}
      </Button>
      {copy.isError && <Failure error={copy.error} />}
    </>
  );
}

/**
 * Copies a secret (an invitation, a kit): the core puts it on the clipboard and takes it away again after a minute
 * and on lock. `said` tells so beside the button.
 */
export function SecretCopyButton({ text, said, children }: { text: string; said: string; children: string }) {
  const copy = useMutation({ mutationFn: common.secretCopy, networkMode: "always" });
  return (
    <>
      <Button
        icon={copy.isSuccess ? "check" : "copy"}
        isPending={copy.isPending}
        onPress={() => {
          copy.mutate({ text });
        }}
      >
        {copy.isSuccess ? t("action.copied") : children}
      </Button>
      <div role="status">
        {copy.isSuccess && <p className="soft small">{said}</p>}
        {copy.isError && <Failure error={copy.error} />}
      </div>
    </>
  );
}
