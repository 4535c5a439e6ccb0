import type { Catalogue } from "../i18n";

/** Importing: why a file was left out, unfinished imports, originals. */
export const imports = {
  "refused.unsupported-format":
    "Keyward 读不了这种文件。它能读 FHIR、C-CDA、PDF、图片、DICOM、Apple 健康和 CSV。",
  "refused.wrong-content": "文件名与里面的内容不是同一种文件。请重新索取这个文件。",
  "refused.encrypted": "文件有密码保护。请另存一份没有密码的，再添加。",
  "refused.archive-bomb": "这个压缩包解开后会大得离谱，或里面套了太多压缩包。请自己解开，再添加需要的文件。",
  "refused.unsafe": "这个文件要求使用它以外的东西。Keyward 不会照做。请重新索取。",
  "refused.needs-answer": "您没有说明这个表格各列的含义。",
  "refused.partly-read": "文件从某处起已损坏。之前的部分已添加。",
  "refused.covered": "同样的读数在这次导出的另一个文件里，那个文件已添加。",
  "error.file-not-written.what": "无法把文件保存到那里",
  "error.file-not-written.mend": "请检查空间是否足够、那个文件夹是否可写，或换一个位置。",
} satisfies Catalogue;
