"""Made-up clauses of 15 to 60 characters by a seed: most are another with other units, other figures or one other word."""

from random import Random


def _words(written: str) -> tuple[str, ...]:
    return tuple(written.split())


MATTERS = _words(
    "安全生产 森林草原防灭火 道路交通安全 食品药品安全 农村能源 耕地保护 河湖长制 信访维稳 禁毒防艾 生态环境保护 基层党建 意识形态 "
    "乡村振兴 防汛抗旱 地质灾害防治 消防安全 校园安全 动物疫病防控 农产品质量安全 人居环境整治 殡葬改革 控辍保学 医保参保 社会治安 "
    "反电信诈骗 烟草生产 甘蔗种植 核桃提质 招商引资 项目建设 固定资产投资 统计执法 保密 档案 国防动员 退役军人 妇女儿童 残疾人保障 "
    "水源地保护 秸秆禁烧 违法建设治理 矿山监管 特种设备 燃气 危险化学品 边境管控 民族团结 宗教事务 文物保护 旅游市场"
)
DOINGS = _words(
    "建立健全 严格落实 全面排查 定期组织开展 及时上报 认真督促 切实加强 按时完成 统筹推进 主动公开 逐级签订 配合做好 如实登记 "
    "限期整改 重点监控 依法查处 每季度研究部署 经常检查 广泛宣传 规范管理 足额保障 动态更新 联合执法 跟踪问效 集中整治 汇总分析"
)
THINGS = _words(
    "工作责任制 隐患台账 应急预案 巡查制度 培训演练 专项资金 网格化管理 值班值守 信息报送 监督检查 考核评价 举报渠道 设施设备 "
    "重点人员 风险点位 目标任务 责任清单 联席会议 执法记录 群众诉求 技术指导 物资储备 宣传标语 年度计划 整改方案 验收资料 档案卷宗 "
    "经费预算 人员名册 防护措施 监测预警 问题线索"
)
ENDS = _words(
    "并于年底前报送总结 确保不发生较大以上事故 对发现的问题跟踪到底 做到底数清情况明 由分管领导具体负责 纳入年终综合考核 实行一票否决 "
    "不得迟报漏报瞒报 接受上级部门监督 村组干部包保到户 群众满意度不断提高 形成齐抓共管的工作格局 经费列入本级财政预算 "
    "资料归档备查 发生重大变化时随时调整 未完成的说明原因 涉及多个部门的由牵头单位协调"
)
SIGNS = (
    "山水石木竹松柏梅兰桂云风雷雨雪霜河江湖溪泉井田坝坡岭峰谷洞桥路街寨村庄营堡店铺东西南北中上下前后左右大小新老双三五六八九红黄青白黑"
    "金银铜铁玉珠龙凤虎马牛羊鹿鹤燕花果茶麦稻瓜"
)
OFFICES = _words(
    "人民政府 农业农村局 应急管理局 自然资源局 市场监督管理局 林业和草原局 教育体育局 交通运输局 卫生健康局 财政局"
)
FIGURES = ("达到{}%以上", "每年不少于{}次", "控制在{}起以内", "于{}月底前", "覆盖{}个村")
MOST = 60
LEAST = 15


def corpus(size: int, seed: int = 1) -> tuple[list[str], frozenset[str]]:
    """Return so many clauses and the names of the units that stand in them."""
    chance = Random(seed)  # noqa: S311 - a corpus, not a secret
    places = ["".join(chance.choices(SIGNS, k=2)) + kind for kind in "县乡镇" for _ in range(12)]
    names = [place + office for place in places for office in OFFICES]
    coined = ["".join(chance.choices(SIGNS, k=chance.choice((2, 2, 3)))) for _ in range(3000)]
    clauses: list[str] = []
    while len(clauses) < size:
        words = _clause(chance, coined)
        copies = chance.choice((1, 1, 1, 2, 5, 20, 80))
        clauses += [
            _said(chance, _reworded(chance, words, coined), names) for _ in range(min(copies, size - len(clauses)))
        ]
    chance.shuffle(clauses)
    return clauses, frozenset(names)


def _clause(chance: Random, coined: list[str]) -> list[str]:
    words = ["{unit}"] if chance.random() < 0.7 else []
    words += [chance.choice(DOINGS), chance.choice(coined), chance.choice(MATTERS), chance.choice(THINGS)]
    while chance.random() < 0.6:
        words += [chance.choice(("，", "、")), chance.choice(DOINGS), chance.choice((*coined[:200], *THINGS))]
    if chance.random() < 0.5:
        words += ["，", chance.choice(THINGS), chance.choice(FIGURES)]
    if chance.random() < 0.6:
        words += ["，", chance.choice(ENDS)]
    return [*words, "。"]


def _reworded(chance: Random, words: list[str], coined: list[str]) -> list[str]:
    if chance.random() < 0.4:
        return words
    at = chance.randrange(len(words))
    for kind in (DOINGS, THINGS, MATTERS, ENDS, coined):
        if words[at] in kind:
            return [*words[:at], chance.choice(kind), *words[at + 1 :]]
    return words


def _said(chance: Random, words: list[str], names: list[str]) -> str:
    said = "".join(words).replace("{unit}", chance.choice(names)).replace("{}", str(chance.randrange(2, 100)))
    return said[:MOST] if len(said) >= LEAST else said + chance.choice(ENDS)
