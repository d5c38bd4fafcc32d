import type { Language } from './i18n.js';

const REMEMBERED = 'truyvet-language';

export function rememberedLanguage(): Language {
  const kept = localStorage.getItem(REMEMBERED);
  if (kept === 'en' || kept === 'vi') return kept;
  return navigator.language.startsWith('vi') ? 'vi' : 'en';
}

export function remember(language: Language): void {
  localStorage.setItem(REMEMBERED, language);
}
