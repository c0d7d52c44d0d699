"""How common characters sound, without a dictionary: GB 2312 lists its 3,755 common characters by their pinyin.

So the first character of each syllable tells all: a character has the syllable whose first character stands last before it.
Of a character with several readings that is one; what needs the others (the type-ahead) has them from the index.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

FIRSTS = (
    "a啊ai埃an鞍ang肮ao凹ba芭bai白ban斑bang邦bao苞bei杯ben奔beng崩bi逼bian鞭biao标bie鳖bin彬bing兵bo玻bu捕ca擦cai猜can餐cang苍cao操ce厕ceng层ch"
    "a插chai拆chan搀chang昌chao超che车chen郴cheng撑chi吃chong充chou抽chu初chuai揣chuan川chuang疮chui吹chun春chuo戳ci疵cong聪cou凑cu粗cuan"
    "蹿cui摧cun村cuo磋da搭dai呆dan耽dang当dao刀de德deng蹬di堤dian颠diao碉die跌ding丁diu丢dong东dou兜du督duan端dui堆dun墩duo掇e蛾en恩er而fa发fan"
    "藩fang坊fei菲fen芬feng丰fo佛fou否fu夫ga噶gai该gan干gang冈gao篙ge哥gei给gen根geng耕gong工gou钩gu辜gua刮guai乖guan棺guang光gui瑰gun辊guo锅h"
    "a哈hai骸han酣hang夯hao壕he呵hei嘿hen痕heng哼hong轰hou喉hu呼hua花huai槐huan欢huang荒hui灰hun荤huo豁ji击jia嘉jian歼jiang僵jiao蕉jie揭jin巾"
    "jing荆jiong炯jiu揪ju鞠juan捐jue撅jun均ka喀kai开kan刊kang康kao考ke坷ken肯keng坑kong空kou抠ku枯kua夸kuai块kuan宽kuang匡kui亏kun坤kuo括la垃"
    "lai莱lan蓝lang琅lao捞le勒lei雷leng棱li厘lia俩lian联liang粮liao撩lie列lin琳ling玲liu溜long龙lou楼lu芦lv驴luan峦lve掠lun抡luo萝ma妈mai埋ma"
    "n瞒mang芒mao猫me么mei玫men门meng萌mi眯mian棉miao苗mie蔑min民ming明miu谬mo摸mou谋mu拇na拿nai氖nan南nang囊nao挠ne呢nei馁nen嫩neng能ni妮nian"
    "蔫niang娘niao鸟nie捏nin您ning柠niu牛nong脓nu奴nv女nuan暖nve虐nuo挪o哦ou欧pa啪pai拍pan攀pang乓pao抛pei呸pen喷peng砰pi坯pian篇piao飘pie撇pi"
    "n拼ping乒po坡pu扑qi期qia掐qian牵qiang枪qiao橇qie切qin钦qing青qiong琼qiu秋qu趋quan圈que缺qun裙ran然rang瓤rao饶re惹ren壬reng扔ri日rong戎ro"
    "u揉ru茹ruan软rui蕊run闰ruo若sa撒sai腮san三sang桑sao搔se瑟sen森seng僧sha莎shai筛shan珊shang墒shao梢she奢shen砷sheng声shi师shou收shu蔬shu"
    "a刷shuai摔shuan栓shuang霜shui谁shun吮shuo说si斯song松sou搜su苏suan酸sui虽sun孙suo蓑ta塌tai胎tan坍tang汤tao掏te特teng藤ti梯tian天tiao挑t"
    "ie贴ting厅tong通tou偷tu凸tuan湍tui推tun吞tuo拖wa挖wai歪wan豌wang汪wei威wen瘟weng嗡wo挝wu巫xi昔xia瞎xian掀xiang相xiao萧xie楔xin薪xing星xi"
    "ong兄xiu休xu墟xuan轩xue靴xun勋ya压yan焉yang殃yao邀ye椰yi一yin茵ying英yo哟yong拥you幽yu迂yuan鸳yue曰yun耘za匝zai栽zan咱zang赃zao遭ze责zei贼"
    "zen怎zeng增zha扎zhai摘zhan瞻zhang樟zhao招zhe遮zhen珍zheng蒸zhi芝zhong中zhou舟zhu珠zhua抓zhuai拽zhuan专zhuang桩zhui椎zhun谆zhuo捉zi兹"
    "zong鬃zou邹zu租zuan钻zui嘴zun尊zuo昨"
)
COMMON = range(0xB0A1, 0xD7FA)  # codes of those characters
MAX_SYLLABLES = 12
MAX_WAYS = 4  # to part a row of letters
STARTS = {first.encode("gb2312"): syllable for syllable, first in re.findall("([a-z]+)([^a-z])", FIRSTS)}
ORDER = sorted(STARTS)
ENDS = dict(zip(ORDER, [*ORDER[1:], b"\xd7\xfa"], strict=True))
SYLLABLES = {syllable: start for start, syllable in STARTS.items()}


def homophones(character: str) -> str:
    """The common characters that sound the same, itself among them; nothing for one that is not common."""
    try:
        code = character.encode("gb2312")
    except UnicodeEncodeError:
        return ""
    if len(code) != 2 or int.from_bytes(code, "big") not in COMMON:
        return ""
    return _between(ORDER[bisect_right(ORDER, code) - 1])


def sounding(syllable: str) -> str:
    """The common characters of a syllable."""
    return _between(SYLLABLES[syllable])


def _between(start: bytes) -> str:
    begin, end = int.from_bytes(start, "big"), int.from_bytes(ENDS[start], "big")
    codes = [code for code in range(begin, end) if 0xA1 <= code & 0xFF <= 0xFE]
    return b"".join(code.to_bytes(2, "big") for code in codes).decode("gb2312")


def syllables(letters: str) -> list[tuple[str, ...]]:
    """Ways to part letters into syllables, long ones first: xian is xian, or xi an."""
    found: list[tuple[str, ...]] = []
    for way in _ways(letters, 0, ()):
        found.append(way)
        if len(found) == MAX_WAYS:
            break
    return found


def _ways(letters: str, at: int, before: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if at == len(letters):
        yield before
    elif len(before) < MAX_SYLLABLES:
        for size in range(6, 0, -1):
            if letters[at : at + size] in SYLLABLES and at + size <= len(letters):
                yield from _ways(letters, at + size, (*before, letters[at : at + size]))
