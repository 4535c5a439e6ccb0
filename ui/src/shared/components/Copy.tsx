import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { t } from "../../locales/i18n";
import { common } from "../../backend";
import { announce } from "../announce";
import { Button } from "./Button";
import { Failure } from "./Failure";

/** Copies a text the person sees; says so in words and to screen readers. */
export function CopyButton({ text, children }: { text: string; children: string }) {
  const [copied, setCopied] = useState(false);
  const copy = () => {
    const done = () => {
      setCopied(true);
      announce(t("action.copied"));
    };
    navigator.clipboard.writeText(text).then(done, () => {
      if (copyBySelection(text)) done();
    });
  };
  return (
    <Button icon={copied ? "check" : "copy"} onPress={copy}>
      {copied ? t("action.copied") : children}
    </Button>
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

/** Where the clipboard interface is refused (WebKitGTK without a user gesture), the old way works. */
function copyBySelection(text: string): boolean {
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "hidden-visually";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}
