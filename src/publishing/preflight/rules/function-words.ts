// Which language a text is in shows in its small words: every fourth or third word of running text is one of a few dozen.

const nordic = 'og i det er på til for av med å den ikke de var om fra ble ved men han';
const serboCroatian = 'i je u na se da za su od s a koji će što kao ne o nije bi';

const lists: Record<string, string> = {
  ar: 'في من على أن إلى عن مع هذا التي الذي بعد لم ما',
  be: 'і ў не на што з як гэта у да па але яго быў пра для ад якія яны',
  bg: 'и на да не в се за от че е по с са като си който до това те',
  bs: serboCroatian,
  ca: 'de la i que el en a per les del va amb els un no una es al dels ha més com són seva ja van pel',
  cs: 'a se v na je že o s z do i to ve ale za jako by pro po k od už jeho při',
  da: `${nordic} at en af der som et har fra blev sig`,
  de: 'der die und das den von zu mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat sie bei nach',
  en: 'the of and to in is was that for on it with as his he at by be are from this have not they has their an which',
  es: 'de la que el en y los del se las por un para con no una su al es lo como más pero sus a desde ha fue',
  et: 'ja on ei et see oli kui ka aga ning mis oma kes või tema ta selle juba',
  fa: 'و در به از که این را با است برای آن می',
  fi: 'ja on ei että se oli ovat hän mutta kun myös joka ole kuin sen mukaan tai hänen ollut vain jo he',
  fr: 'de la le les et des en du une est que dans qui par pour au il sur plus ne pas son ce avec se un a ont leur aux',
  hi: 'के में की है और से का को ने पर कि',
  hr: serboCroatian,
  hu: 'a az és hogy nem is egy meg volt de csak már ez mint még szerint',
  id: 'yang dan di dengan untuk dari ini pada dalam tidak akan itu oleh juga ke telah karena sudah mereka',
  it: 'di e il la che in un per del non una è si con i le da della sono dei ha gli alla nel al lo dal più',
  lt: 'ir kad yra į iš su tai bet kaip buvo dėl nuo per apie jis po jau',
  lv: 'un ir ka no par ar uz bet arī kas bija viņš gada tas kā pēc jau',
  mk: 'и на да во се за од не ќе со ги е што како',
  mr: 'आणि आहे ते ही या व तो हे',
  nb: `${nordic} en som har et seg`,
  nl: 'de van het een en in is dat op te zijn met voor niet aan er die als bij door ook naar maar ze over hun om',
  nn: `${nordic} ein som har eit seg ikkje frå vart`,
  no: `${nordic} en som har et seg`,
  pl: 'w i na się z nie do że to jest o jak ale po przez od za dla był oraz ich już',
  pt: 'de a que o e do da em um para com não uma os no se na por mais as dos como mas ao foi sua pelo pelos',
  ro: 'de și în a la cu o pe din că nu care un este pentru mai au prin sau sa lui al',
  ru: 'и в не на что он с как это по но из к от за для его был о у они со',
  sk: 'a sa v na je že o s z do to aj ako za by pre po k ktoré od už jeho pri ale',
  sl: 'je in v na da se za so ki z bi pa ne tudi po kot pri',
  sr: `${serboCroatian} и је у на се да за су од са а који ће што као не о`,
  sv: 'och i att det som en på är av för med den till inte om ett har de var från vid men genom han',
  tr: 've bir bu da de için ile olarak çok daha olan gibi en kadar sonra ne olduğunu',
  uk: 'і в не на що з як це та до за про від але його був у для які й вони',
  ur: 'کے میں کی ہے اور سے کا کو نے پر کہ',
  vi: 'của và là có cho được trong các một không những người với đã này khi',
};

/** The languages, by primary subtag, whose commonest function words are known. */
export const knownLanguages: ReadonlySet<string> = new Set(Object.keys(lists));

/** The languages that have a function word. Close kin share many, and are then not told apart. */
export const languagesOf: ReadonlyMap<string, readonly string[]> = byWord();

function byWord(): Map<string, string[]> {
  const languages = new Map<string, string[]>();
  for (const [language, words] of Object.entries(lists)) {
    for (const word of new Set(words.split(' '))) languages.set(word, [...(languages.get(word) ?? []), language]);
  }
  return languages;
}
