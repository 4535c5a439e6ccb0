import type { Catalogue } from "../i18n";

/** 带走一切，以及有了新密钥的医生。 */
export const leaving = {
  "title.leaving": "带走一切",
  "leaving.lead": "您的记录属于您。您可以用别的程序也能读的格式全部带走。",
  "newKeys.title": "{name} 有了新密钥",
  "newKeys.why":
    "诊所重新认证了 {name}，例如因为电脑丢了。您的共享现在到不了那里。如果觉得意外，请先打电话问一问。",
  "newKeys.again": "再次共享同样的内容",
  "newKeys.same": "同样的记录，同样的目的，到 {until} 为止。",
  "newKeys.done": "您又与 {name} 共享了，到 {until} 为止",
  "newKeys.fingerprint": "新密钥",
  "leaving.export": "带走一切",
  "leaving.exportHint":
    "一个 zip 文件，里面有 FHIR 格式的所有记录、您的原始文件、您的共享、谁看过，还有一个可以在浏览器里阅读的页面。它没有上锁：请妥善保管。",
  "leaving.exportGo": "导出一切",
  "leaving.exported": "一切都已保存",
  "leaving.exportedWhere": "文件是 {name}。",
  "leaving.exportStopped": "导出已停下，没有留下文件",
  "leaving.exportedOn": "上次导出",
} satisfies Catalogue;
