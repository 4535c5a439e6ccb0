import type { Catalogue } from "../i18n";

/** Importing: why a file was left out, unfinished imports, originals. */
export const imports = {
  "refused.unsupported-format":
    "Keyward 读不了这种文件。它能读 FHIR（JSON、XML）、C-CDA、PDF、图片、DICOM、Apple 健康和 CSV。",
  "refused.wrong-content": "文件名与里面的内容不是同一种文件。请重新索取这个文件。",
  "refused.encrypted": "文件有密码保护。请另存一份没有密码的，再添加。",
  "refused.archive-bomb": "这个压缩包解开后会大得离谱，或里面套了太多压缩包。请自己解开，再添加需要的文件。",
  "refused.unsafe": "这个文件要求使用它以外的东西。Keyward 不会照做。请重新索取。",
  "refused.needs-answer": "您没有说明这个表格各列的含义。",
  "refused.partly-read": "文件从某处起已损坏。之前的部分已添加。",
  "refused.covered": "同样的读数在这次导出的另一个文件里，那个文件已添加。",
  "refused.document-too-large":
    "文件大于 32 MB，超过 Keyward 能读的单个文档的上限。请分成小份保存，或缩小图片，再添加。",
  "refused.too-many-values": "文件的某一部分值太多，无法安全读取。请索取分成小份的文件。",
  "report.list": "分类依据",
  "report.listName": "Keyward 的私密种类清单，第 {version} 版",
  "report.kept": "{n, plural, other {原样保存了 # 处}}",
  "report.piece": "文件的第 {n, number} 处",
  "report.pieceNamed": "保存原件：{name} 第 {n, number} 处",
  "report.pieceSaved": "{name} 的第 {n, number} 处已保存",
  "report.moreKept": "{n, plural, other {还有 # 处。保存报告即可看到。}}",
  "kept.notJson": "这一行不是 JSON，所以什么也读不出来。",
  "kept.noResource": "这个条目里没有记录。",
  "kept.noResourceType": "它没有说明是哪种记录。",
  "kept.unknownType": "FHIR R4 没有这种记录。",
  "kept.tooDeep": "一层套一层，太多了，无法安全读取。",
  "kept.tooLarge": "太大，无法安全读取。",
  "kept.ambiguous": "同一件事说了两遍，不清楚是什么意思。",
  "kept.noEquivalent": "FHIR 没有与这部分对应的记录种类。",
  "error.file-not-written.what": "无法把文件保存到那里",
  "error.file-not-written.mend": "请检查空间是否足够、那个文件夹是否可写，或换一个位置。",
} satisfies Catalogue;
