from flask.testing import FlaskClient
def test_try(visitor: FlaskClient):
    import time
    for q in ("verb=Identify","verb=ListSets","verb=ListMetadataFormats","verb=ListRecords&metadataPrefix=oai_dc","verb=ListRecords&metadataPrefix=lom","verb=ListRecords&metadataPrefix=oai_lrmi","verb=ListIdentifiers&metadataPrefix=lom&set=topic","verb=x"):
        a=visitor.get("/oai?"+q)
        t=a.get_data(as_text=True)
        print(a.status_code, a.headers, len(t), t[:3000], "\n")
