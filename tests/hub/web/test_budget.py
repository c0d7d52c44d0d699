"""The heaviest page: every record long, Chinese (three bytes a character), with everything that a result can show."""

from __future__ import annotations

from types import ModuleType

from flask import Flask
from sqlalchemy import select

from hub.db import db
from hub.models import Source
from hub.services import indexing

BUDGET = 87_000  # ordinary pages have 61,000 (test_pages.py); nobody's catalogue is like this one


def test_long_chinese_records(own_site: Flask, courses: ModuleType) -> None:
    records = [
        courses.record(
            f"long-{number}",
            f"面向高职院校的跨境电子商务综合实训课程：选品、物流与支付（第{number}期）",
            description="<p>" + "本课程系统讲解跨境电商物流模式、海外仓、国际快递与清关流程，配有企业真实案例与实训任务。" * 30 + "</p>",
            resource_type="course",
            languages=("zh-Hans",),
            subtitle_languages=("en",),
            provider=f"国家高等教育智慧教育平台第{number}分站",
            institution=f"示例商业职业技术学院第{number}分院",
            licence="CC-BY-NC-SA-4.0",
            free=True,
            levels=("vocational",),
            duration="P16W",
            workload_min=3,
            workload_max=5,
            teaches=("能够根据目标市场的数据选择合适的商品并计算到岸成本", "能够独立完成一份清关单据并说明每一项的含义"),
        )
        for number in range(24)
    ]
    with own_site.app_context():
        session = db.session()
        source = session.scalars(select(Source).filter_by(name="mooc")).one()
        courses.bring(session, source, courses.add_run(session, source, "succeeded"), records)
        indexing.sync(session, own_site.extensions["hub"].index)
    for language in ("zh-CN", "en"):
        page = own_site.test_client().get("/search", query_string={"q": "跨境电商物流"}, headers={"Accept-Language": language})
        text = page.get_data(as_text=True)
        assert text.count('<li class="result">') == 20
        assert len(text.encode()) <= BUDGET
