"""Names for people who do not exist, from parts drawn at random, and the words of what they write down."""

from collections.abc import Iterator
from random import Random

SURNAMES = (
    "陈林黄张李王吴刘蔡杨许郑谢郭赖曾周叶廖江罗钟何邓彭胡肖梁朱潘苏温卢余戴汪沈姚范邱方石熊金陆孔白崔康毛"
)
GIVEN = (
    "安柏晨丹东恩帆芳光海涵浩和弘华嘉建杰静君凯岚乐立丽敏明宁佩平启清泉然"
    "荣瑞若珊世思腾婷文希晓欣雅言怡颖宇雨远云泽哲真志子梓"
)

SECTORS = {
    "party": "中共界",
    "minge": "民革界",
    "minmeng": "民盟界",
    "minjian": "民建界",
    "minjin": "民进界",
    "nonggong": "农工党界",
    "zhigong": "致公党界",
    "jiusan": "九三学社界",
    "youth": "共青团青联界",
    "union": "总工会界",
    "women": "妇联界",
    "commerce": "工商联界",
    "science": "科学技术界",
    "culture": "文化艺术界",
    "economy": "经济界",
    "education": "教育界",
    "sport": "体育界",
    "health": "医药卫生界",
    "welfare": "社会福利和社会保障界",
    "overseas": "侨联界",
}
SUMMARIES = (
    "反映路口早晚高峰拥堵，建议调整信号灯配时。",
    "建议在社区增设儿童活动场地。",
    "咨询老旧住宅加装电梯的办理流程，已现场说明。",
    "反映垃圾投放点夜间异味，希望增加清运次数。",
    "企业反映用工难，希望对接职业院校。",
    "建议延长社区图书室周末开放时间。",
    "反映学校周边接送车辆乱停放。",
    "希望长者饭堂增加送餐服务。",
    "建议公园步道增加照明。",
    "咨询个体工商户减免政策，已提供办事指引。",
    "反映公交线路调整后换乘不便。",
    "建议开展社区急救知识培训。",
)
COMPANIES = ("科技园", "产业园", "创新中心", "商务中心", "工业园", "软件园", "物流园", "智造园")


def invent_names(random: Random) -> Iterator[str]:
    """Endless names, no two alike."""
    used: set[str] = set()
    while True:
        name = random.choice(SURNAMES) + "".join(random.sample(GIVEN, 2))
        if name not in used:
            used.add(name)
            yield name
