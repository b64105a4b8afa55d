// The first letters of Chinese words, as people type them: "jingai" is not needed, "jg" is enough for 井盖. The order of the browser's
// own collation tells between which letters a character stands; browsers that lack it find by words only.
const from = "阿八嚓哒妸发旮哈讥咔垃妈拏噢妑七呥扨它穵夕丫帀", letters = "abcdefghjklmnopqrstwxyz";
const order = new Intl.Collator("zh-u-co-pinyin");
const able = order.resolvedOptions().collation === "pinyin" || order.compare("阿", "八") < 0 && order.compare("夕", "丫") < 0;

function letter(c) {
  if (/[a-z0-9]/i.test(c)) return c.toLowerCase();
  if (!able || !/\p{Script=Han}/u.test(c)) return "";
  let i = from.length - 1;
  while (i > 0 && order.compare(c, from[i]) < 0) i--;
  return letters[i];
}

export const initials = (words) => Array.from(words, letter).join("");

// finds reports whether what was typed is in the words, or is their letters.
export function finds(typed, words) {
  const q = typed.trim().toLowerCase();
  return words.toLowerCase().includes(q) || (/^[a-z0-9]+$/.test(q) && initials(words).includes(q));
}
