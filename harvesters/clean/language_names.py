# ruff: noqa: E501  (tables of words and forms read better in long lines)
"""What languages are called: ISO 639 codes (part 1, both forms of part 2) and names, in English, in themselves and in Chinese."""

# two letters, three letters (bibliographic form first where there are two), English name, other names
_TABLE = """
af afr Afrikaans
am amh Amharic | አማርኛ
ar ara Arabic | العربية | 阿拉伯语 | عربي
as asm Assamese
az aze Azerbaijani | azərbaycan dili
be bel Belarusian | беларуская
bg bul Bulgarian | български | 保加利亚语
bn ben Bengali | bangla | বাংলা | 孟加拉语
bo tib,bod Tibetan | 藏语
br bre Breton
bs bos Bosnian
ca cat Catalan | català | catalan; valencian | valencian
cs cze,ces Czech | čeština | 捷克语
cy wel,cym Welsh | cymraeg
da dan Danish | dansk | 丹麦语
de ger,deu German | deutsch | 德语 | 德文 | 德語
el gre,ell Greek | ελληνικά | modern greek | 希腊语 | greek, modern (1453-)
en eng English | 英语 | 英文 | 英語 | englisch | anglais | inglés | ingles | английский
eo epo Esperanto
es spa Spanish | español | espanol | castellano | castilian | spanish; castilian | 西班牙语 | 西班牙文 | 西班牙語 | spanisch
et est Estonian | eesti
eu baq,eus Basque | euskara
fa per,fas Persian | farsi | فارسی | 波斯语
fi fin Finnish | suomi | 芬兰语
fr fre,fra French | français | francais | französisch | 法语 | 法文 | 法語
fy fry Frisian | western frisian
ga gle Irish | gaeilge
gd gla Scottish Gaelic | gaelic
gl glg Galician | galego
gu guj Gujarati | ગુજરાતી
ha hau Hausa
he heb Hebrew | עברית | 希伯来语
hi hin Hindi | हिन्दी | हिंदी | 印地语
hr hrv,scr Croatian | hrvatski | 克罗地亚语
ht hat Haitian | haitian creole
hu hun Hungarian | magyar | 匈牙利语
hy arm,hye Armenian | հայերեն
id ind Indonesian | bahasa indonesia | 印度尼西亚语 | 印尼语
ig ibo Igbo
is ice,isl Icelandic | íslenska
it ita Italian | italiano | italienisch | 意大利语 | 意大利文
ja jpn Japanese | 日本語 | 日语 | 日文 | 日語 | japanisch
jv jav Javanese
ka geo,kat Georgian | ქართული
kk kaz Kazakh | қазақ тілі | 哈萨克语
km khm Khmer | central khmer | ខ្មែរ | 高棉语
kn kan Kannada | ಕನ್ನಡ
ko kor Korean | 한국어 | 韩语 | 韩文 | 韓語 | 朝鲜语
ku kur Kurdish
ky kir Kyrgyz | kirghiz
la lat Latin | 拉丁语
lb ltz Luxembourgish
lo lao Lao | ລາວ | 老挝语
lt lit Lithuanian | lietuvių
lv lav Latvian | latviešu
mg mlg Malagasy
mi mao,mri Maori | māori
mk mac,mkd Macedonian | македонски
ml mal Malayalam | മലയാളം
mn mon Mongolian | монгол | 蒙古语
mr mar Marathi | मराठी
ms may,msa Malay | bahasa melayu | 马来语
mt mlt Maltese | malti
my bur,mya Burmese | 缅甸语
ne nep Nepali | नेपाली
nl dut,nld Dutch | nederlands | flemish | dutch; flemish | 荷兰语 | niederländisch
nb nob Norwegian Bokmål | bokmål | norsk bokmål
nn nno Norwegian Nynorsk | nynorsk
no nor Norwegian | norsk | 挪威语
oc oci Occitan
om orm Oromo
or ori Oriya | odia
pa pan Punjabi | panjabi | ਪੰਜਾਬੀ | 旁遮普语
pl pol Polish | polski | 波兰语 | polnisch
ps pus Pashto
pt por Portuguese | português | portugues | 葡萄牙语 | 葡萄牙文 | portugiesisch
qu que Quechua
rm roh Romansh
ro rum,ron Romanian | română | moldavian | 罗马尼亚语
ru rus Russian | русский | русский язык | 俄语 | 俄文 | 俄語 | russisch
rw kin Kinyarwanda
sa san Sanskrit | 梵语
si sin Sinhala | sinhalese
sk slo,slk Slovak | slovenčina | 斯洛伐克语
sl slv Slovenian | slovene | slovenščina
so som Somali
sq alb,sqi Albanian | shqip
sr srp,scc Serbian | српски | srpski | 塞尔维亚语
st sot Sesotho | southern sotho
sv swe Swedish | svenska | 瑞典语
sw swa Swahili | kiswahili | 斯瓦希里语
ta tam Tamil | தமிழ் | 泰米尔语
te tel Telugu | తెలుగు
tg tgk Tajik
th tha Thai | ไทย | 泰语 | 泰文 | 泰語
tk tuk Turkmen
tl tgl Tagalog | filipino | fil | 菲律宾语
tr tur Turkish | türkçe | turkce | 土耳其语 | türkisch
tt tat Tatar
ug uig Uyghur | uighur | 维吾尔语
uk ukr Ukrainian | українська | 乌克兰语
ur urd Urdu | اردو | 乌尔都语
uz uzb Uzbek | o'zbek
vi vie Vietnamese | tiếng việt | 越南语 | 越南文 | 越南語
wo wol Wolof
xh xho Xhosa
yi yid Yiddish
yo yor Yoruba
yue yue Cantonese | 粤语 | 粵語 | 广东话 | 廣東話
zh chi,zho,cmn Chinese | 中文 | 汉语 | 漢語 | 华语 | 華語 | 普通话 | 普通話 | 国语 | 國語 | mandarin | mandarin chinese | 汉语普通话 | 中国语 | chinesisch | chinois | chino | putonghua | standard chinese
zu zul Zulu
"""

TWO: dict[str, str] = {}  # "en" -> "en"
THREE: dict[str, str] = {}  # "eng" -> "en"
NAMES: dict[str, str] = {
    "简体中文": "zh-Hans", "中文简体": "zh-Hans", "简体": "zh-Hans", "中文(简体)": "zh-Hans", "简体字": "zh-Hans", "simplified chinese": "zh-Hans", "chi-simp": "zh-Hans", "zh-chs": "zh-Hans",
    "zhs": "zh-Hans", "繁體中文": "zh-Hant", "繁体中文": "zh-Hant", "中文繁體": "zh-Hant", "正體中文": "zh-Hant", "繁體": "zh-Hant", "中文(繁體)": "zh-Hant", "中文(繁体)": "zh-Hant",
    "traditional chinese": "zh-Hant", "chi-trad": "zh-Hant", "zh-cht": "zh-Hant", "zht": "zh-Hant", "chi_sim": "zh-Hans", "chi_tra": "zh-Hant", "cn": "zh-Hans", "brazilian portuguese": "pt-BR",
    "português do brasil": "pt-BR", "português (brasil)": "pt-BR", "in": "id", "iw": "he", "jp": "ja",
}  # fmt: skip
for _line in _TABLE.strip().splitlines():
    _two, _three, _names = _line.split(" ", 2)
    TWO[_two] = _two
    THREE.update(dict.fromkeys(_three.split(","), _two))
    for _name in _names.split(" | "):
        NAMES.setdefault(_name.strip().lower(), _two)
