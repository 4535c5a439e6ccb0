import { useMutation } from "@tanstack/react-query";
import { t } from "../../locales/i18n";
import { common, isAppError } from "../../backend";
import { announce } from "../announce";
import { Button } from "./Button";
import { Failure } from "./Failure";

type Text = string | (() => Promise<string>);

/** Copies a text the person sees, or one that is gathered first; says so in words and to screen readers. */
export function CopyButton({ text, children }: { text: Text; children: string }) {
  const copy = useMutation({
    mutationFn: (wanted: Text) => (typeof wanted === "string" ? copyNow(wanted) : copyLater(wanted())),
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
      {copy.isError && <CopyFailure error={copy.error} />}
    </>
  );
}

async function copyNow(words: string): Promise<void> {
  await navigator.clipboard.writeText(words).catch((refused: unknown) => {
    if (!copyBySelection(words)) throw refused;
  });
}

/**
 * A press counts for about a second, and gathering may take longer: the place on the clipboard is asked for at once, and
 * the text follows.
 */
async function copyLater(gathered: Promise<string>): Promise<void> {
  if (typeof ClipboardItem === "undefined") return copyNow(await gathered);
  const text = gathered.then((words) => new Blob([words], { type: "text/plain" }));
  const written = navigator.clipboard.write([new ClipboardItem({ "text/plain": text })]);
  // Why there is no text says more than that it was not copied.
  for (const step of await Promise.allSettled([gathered, written]))
    if (step.status === "rejected") throw step.reason;
}

/** The core says why it gave no text; a clipboard that refuses says nothing a person could use. */
function CopyFailure({ error }: { error: unknown }) {
  if (isAppError(error)) return <Failure error={error} />;
  return (
    <p className="soft small" role="alert">
      {t("action.notCopied")}
    </p>
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
