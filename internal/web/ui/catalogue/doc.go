// Package catalogue holds the English of every Chinese sentence that pages say.
//
// The Chinese sentence is the key. Translations stand in en/<area>.tsv, one line "中文<TAB>English" each, in any
// order; \n and \t are written so. Several people append to different files; the same key may stand in two
// files as long as both say the same. A translation has the verbs of its key (%s, %d …) and may reorder them
// with %[2]s. Missing finds the sentences in the source that no file translates; a test lists them with
// file and line. It owns no table and knows nothing of pages.
package catalogue
